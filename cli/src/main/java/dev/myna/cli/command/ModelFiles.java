// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.command;

import dev.myna.Myna;
import dev.myna.cli.launch.WarmUp;
import dev.myna.cli.options.ModelArguments;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.text.Controls;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.ModelWarning;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.models.EmbeddedModel;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds and opens the model that the options name. */
public final class ModelFiles {
    /** A cache line: vector loads are fastest on it. */
    private static final long ALIGNMENT = 64;

    private ModelFiles() {}

    /** Whether a vision GGUF is required, optional or not used. */
    public enum Vision {
        REQUIRED,
        IF_PRESENT,
        NONE
    }

    /**
     * A model and the memory its weights live in.
     *
     * @param memory null when the weights are mapped files
     * @param loadNanos time it took to load
     */
    public record Loaded(Model model, Arena memory, long loadNanos) implements AutoCloseable {
        @Override
        public void close() {
            model.close();
            if (memory != null) {
                memory.close();
            }
        }
    }

    /**
     * Loads the model, and adds the types of its weights to {@code warmUp}. Notes on stderr which vision file it has chosen, if the
     * user did not give one.
     *
     * @param session the session that must fit on the device beside the weights
     * @throws IOException if the file for profilers cannot be written
     */
    public static Loaded open(
            ModelArguments arguments, SessionOptions session, Vision vision, Console console, WarmUp warmUp)
            throws IOException {
        long start = System.nanoTime();
        return open(
                arguments, start, options(arguments, console).roomFor(session).build(), vision, console, warmUp);
    }

    /** As above, for work that opens no session. */
    public static Loaded open(ModelArguments arguments, Vision vision, Console console, WarmUp warmUp)
            throws IOException {
        long start = System.nanoTime();
        return open(arguments, start, options(arguments, console).build(), vision, console, warmUp);
    }

    private static ModelOptions.Builder options(ModelArguments arguments, Console console) throws IOException {
        return arguments.modelOptions().toBuilder().codeListener(arguments.profile.listener(console));
    }

    private static Loaded open(
            ModelArguments arguments, long start, ModelOptions options, Vision vision, Console console, WarmUp warmUp)
            throws IOException {
        if (arguments.noMmproj && arguments.mmproj != null) {
            throw new RequestException("--mmproj and --no-mmproj contradict each other: drop one");
        }
        if (arguments.noMmproj && vision == Vision.REQUIRED) {
            throw new RequestException("--no-mmproj runs the model without images: drop it, or the images");
        }
        if (arguments.model == null) {
            if (arguments.mmproj != null) {
                throw new ModelException("--mmproj needs its decoder: add -m FILE");
            }
            return withNotes(openEmbedded(options, arguments.noMmproj, start), arguments, console);
        }
        Path mmproj = arguments.mmproj;
        if (mmproj == null && vision != Vision.NONE && !arguments.noMmproj) {
            MmprojSearch search = MmprojSearch.beside(arguments.model);
            mmproj = search.choose(vision);
            search.remark().ifPresent(console::note);
            if (mmproj != null) {
                console.note("using " + mmproj + " for images");
            }
        }
        Model model = load(arguments.model, mmproj, options, warmUp);
        return withNotes(new Loaded(model, null, System.nanoTime() - start), arguments, console);
    }

    /** The vision file that goes with the model of the options, if it is optional; empty for none and for the embedded model. */
    public static Optional<Path> visionFile(ModelArguments arguments) {
        if (arguments.model == null || arguments.noMmproj) {
            return Optional.empty();
        }
        return Optional.ofNullable(
                arguments.mmproj != null
                        ? arguments.mmproj
                        : MmprojSearch.beside(arguments.model).choose(Vision.IF_PRESENT));
    }

    /** Notes a fallback to another device or kernel, and warnings on the model files. */
    private static Loaded withNotes(Loaded loaded, ModelArguments arguments, Console console) {
        loaded.model().info().fallback().ifPresent(console::note);
        for (ModelWarning warning : loaded.model().warnings()) {
            // A template that cannot be used is an error of the session, unless a format is given.
            if (warning.kind() != ModelWarning.Kind.TEMPLATE) {
                console.note(Controls.oneLine(warning.message()));
            }
        }
        List<String> unread = loaded.model().unreadArguments(arguments.sessionOptions());
        if (!unread.isEmpty()) {
            console.note("--template-arg has no effect: the prompt format does not use "
                    + Controls.oneLine(String.join(", ", unread)));
        }
        return loaded;
    }

    /** @param mmproj null for text only */
    private static Model load(Path model, Path mmproj, ModelOptions options, WarmUp warmUp) {
        GgufFile decoder = GgufFile.open(model);
        GgufFile vision;
        try {
            warmUp.add(decoder);
            vision = mmproj == null ? null : GgufFile.open(mmproj);
        } catch (RuntimeException e) {
            decoder.close();
            throw e;
        }
        if (vision != null) {
            warmUp.add(vision);
        }
        return vision == null ? Myna.loadTextOnly(decoder, options) : Myna.load(decoder, vision, options);
    }

    private static Loaded openEmbedded(ModelOptions options, boolean textOnly, long start) {
        Arena memory = Arena.ofShared();
        try {
            List<GgufFile> files = embedded(memory);
            Model model = textOnly
                    ? Myna.loadTextOnly(files.getFirst(), options)
                    : Myna.load(files.getFirst(), files.getLast(), options);
            return new Loaded(model, memory, System.nanoTime() - start);
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    /** Whether this build has an embedded model. */
    public static boolean hasEmbedded() {
        try (InputStream decoder = EmbeddedModel.decoder();
                InputStream mmproj = EmbeddedModel.mmproj()) {
            return decoder != null && mmproj != null;
        } catch (IOException e) {
            return false;
        }
    }

    /** Decoder and vision file of the embedded model. Their memory is freed when they are unreachable. */
    public static List<GgufFile> embedded() {
        return embedded(Arena.ofAuto());
    }

    private static List<GgufFile> embedded(Arena memory) {
        try {
            return List.of(
                    embedded(memory, EmbeddedModel.DECODER, "nano.gguf (embedded)"),
                    embedded(memory, EmbeddedModel.MMPROJ, "nano-mmproj.gguf (embedded)"));
        } catch (IOException e) {
            throw new ModelException(e.getMessage() + "; give a model with -m FILE", e);
        }
    }

    /** A part of the embedded model, mapped if it is stored in the single jar, else read. */
    private static GgufFile embedded(Arena memory, String resource, String name) throws IOException {
        Path jar = Path.of(System.getProperty("java.class.path", ""));
        if (jar.toString().endsWith(".jar") && Files.isRegularFile(jar)) {
            Optional<MemorySegment> stored = StoredEntry.map(jar, resource, memory);
            if (stored.isPresent()) {
                return GgufFile.of(stored.get(), name);
            }
        }
        try (InputStream in = EmbeddedModel.open(resource)) {
            byte[] bytes = in.readAllBytes();
            MemorySegment segment = memory.allocate(bytes.length, ALIGNMENT);
            MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
            return GgufFile.of(segment, name);
        }
    }

    /**
     * The {@code *mmproj*.gguf} beside {@code model} that goes with it; null if there is none, or none to prefer, and images are
     * optional.
     */
    public static Path findMmproj(Path model, Vision vision) {
        return MmprojSearch.beside(model).choose(vision);
    }
}
