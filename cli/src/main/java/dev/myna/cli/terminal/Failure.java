// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.terminal;

import dev.myna.engine.error.GenerationException;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
import dev.myna.eval.EvalException;
import dev.myna.kernels.DeviceException;
import dev.myna.loaders.datasets.DatasetException;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.hf.CheckpointException;
import dev.myna.loaders.hub.HubException;
import dev.myna.loaders.image.ImageException;
import dev.myna.loaders.quantize.QuantizeException;
import dev.myna.loaders.quantize.QuantizeException.Fault;
import dev.myna.loaders.rows.RowException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/**
 * Exit code and message of an exception. This is the only place that maps exceptions to exit codes.
 *
 * @param message one line, or empty for none
 */
public record Failure(int exitCode, Optional<String> message) {

    /** Classifies any throwable. */
    public static Failure of(Throwable problem) {
        return switch (problem) {
            case GgufException e -> failure(ExitCode.MODEL, e.getMessage());
            case ModelException e -> failure(ExitCode.MODEL, e.getMessage());
            case CheckpointException e -> failure(ExitCode.MODEL, e.getMessage());
            case QuantizeException e ->
                failure(e.fault() == Fault.REQUEST ? ExitCode.USAGE : ExitCode.MODEL, e.getMessage());
            case HubException e -> failure(hubCode(e), e.getMessage());
            case EvalException e -> failure(ExitCode.USAGE, e.getMessage());
            case DatasetException e -> failure(ExitCode.USAGE, e.getMessage());
            case RowException e -> failure(ExitCode.MODEL, e.getMessage());
            case ImageException e -> image(e);
            case RequestException e -> failure(ExitCode.USAGE, e.getMessage());
            case GenerationException e -> failure(ExitCode.GENERATION, e.getMessage());
            case DeviceException e -> failure(code(e.fault()), e.getMessage());
            case OutputClosedException e -> new Failure(ExitCode.OK, Optional.empty());
            case OutOfMemoryError e -> failure(ExitCode.MEMORY, outOfMemory(e));
            case LinkageError e -> failure(ExitCode.ENVIRONMENT, "this Java cannot run Myna: " + e);
            case CancellationException e -> new Failure(ExitCode.INTERRUPTED, Optional.empty());
            case UncheckedIOException e -> failure(ExitCode.GENERATION, e.getMessage());
            case FileSystemException e -> failure(ExitCode.ENVIRONMENT, e.getFile() + ": " + reason(e));
            case IOException e -> failure(ExitCode.ENVIRONMENT, e.getMessage());
            default ->
                failure(
                        ExitCode.GENERATION,
                        "unexpected error: " + problem + " (run with --debug and report the stack trace)");
        };
    }

    private static int code(DeviceException.Fault fault) {
        return switch (fault) {
            case ABSENT, BUILD -> ExitCode.ENVIRONMENT;
            case MEMORY -> ExitCode.MEMORY;
            case LOST -> ExitCode.GENERATION;
        };
    }

    private static Failure image(ImageException e) {
        return switch (e.fault()) {
            case IMAGE -> failure(ExitCode.IMAGE, e.getMessage());
            case MEMORY -> failure(ExitCode.MEMORY, e.getMessage());
            case INTERRUPTED -> new Failure(ExitCode.INTERRUPTED, Optional.empty());
        };
    }

    private static int hubCode(HubException e) {
        return switch (e.fault()) {
            case REQUEST -> ExitCode.USAGE;
            case MODEL -> ExitCode.MODEL;
            case DOWNLOAD -> ExitCode.DOWNLOAD;
            case CHECKSUM -> ExitCode.CHECKSUM;
        };
    }

    /** Why a file could not be read or written, without its name. */
    public static String reason(IOException e) {
        return e instanceof FileSystemException system ? reason(system) : e.getMessage();
    }

    /** Some kinds have a class of their own and no reason. */
    private static String reason(FileSystemException e) {
        return switch (e) {
            case AccessDeniedException _ -> "no permission";
            case NoSuchFileException _ -> "no such file or folder";
            case FileAlreadyExistsException _ when e.getReason() == null -> "exists and is not a folder";
            default -> e.getReason() == null ? e.getMessage() : e.getReason();
        };
    }

    private static String outOfMemory(OutOfMemoryError e) {
        return "out of memory (" + e.getMessage() + "): try a smaller -c, -ctk q8_0 -ctv q8_0 or a smaller model,"
                + " or give Java more heap with -Xmx";
    }

    private static Failure failure(int code, String message) {
        return new Failure(code, Optional.of(String.valueOf(message)));
    }
}
