// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.engine.GenerationException;
import dev.myna.engine.ModelException;
import dev.myna.engine.RequestException;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.image.ImageException;
import java.util.Optional;

/**
 * What a failure means to the person at the terminal: the one place where exceptions become exit codes.
 *
 * @param message one line, or empty when there is nothing to say
 */
record Failure(int exitCode, Optional<String> message) {

    /** Classifies any throwable. */
    static Failure of(Throwable problem) {
        return switch (problem) {
            case GgufException e -> failure(ExitCode.MODEL, e.getMessage());
            case ModelException e -> failure(ExitCode.MODEL, e.getMessage());
            case ImageException e -> failure(ExitCode.IMAGE, e.getMessage());
            case RequestException e -> failure(ExitCode.USAGE, e.getMessage());
            case GenerationException e -> failure(ExitCode.GENERATION, e.getMessage());
            case OutputClosedException e -> new Failure(ExitCode.OK, Optional.empty());
            case OutOfMemoryError e -> failure(ExitCode.MEMORY, outOfMemory(e));
            case LinkageError e -> failure(ExitCode.ENVIRONMENT, "this Java cannot run Myna: " + e);
            case java.io.UncheckedIOException e -> failure(ExitCode.GENERATION, e.getMessage());
            default ->
                failure(
                        ExitCode.GENERATION,
                        "unexpected failure: " + problem + " (run with --debug and report the trace)");
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
