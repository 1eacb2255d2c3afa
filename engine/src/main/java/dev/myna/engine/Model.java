// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.text.Tokenizer;
import dev.myna.loaders.gguf.GgufFile;
import java.nio.file.Path;
import java.util.Optional;

/** A loaded model: mapped weights and tokenizer. Immutable, thread-safe, shared by any number of sessions. */
public final class Model implements AutoCloseable {
    private Model() {}

    /**
     * Maps a decoder GGUF and, for pictures, its mmproj GGUF.
     *
     * @param mmproj null for text only
     * @throws dev.myna.loaders.gguf.GgufException if a file is malformed
     * @throws ModelException if the files are not a model Myna can run
     */
    public static Model load(Path decoder, Path mmproj, ModelOptions options) {
        throw new UnsupportedOperationException("not written yet");
    }

    /** As {@link #load(Path, Path, ModelOptions)} with opened files, which the model closes when it is closed. */
    public static Model load(GgufFile decoder, GgufFile mmproj, ModelOptions options) {
        throw new UnsupportedOperationException("not written yet");
    }

    /** Opens a conversation. */
    public Session newSession(SessionOptions options) {
        throw new UnsupportedOperationException("not written yet");
    }

    public Tokenizer tokenizer() {
        throw new UnsupportedOperationException("not written yet");
    }

    /** What was loaded, for people. */
    public Info info() {
        throw new UnsupportedOperationException("not written yet");
    }

    /** Closes files and threads. Sessions still open fail with {@link IllegalStateException} afterwards. */
    @Override
    public void close() {
        throw new UnsupportedOperationException("not written yet");
    }

    /**
     * @param name {@code general.name}, or the file name
     * @param family {@code PALO}-like description of decoder, projector and tower, for example {@code llama + mlp + CLIP ViT}
     * @param contextLength the model's trained context
     * @param weightBytes mapped bytes of both files
     * @param promptFormat the format sessions use unless told otherwise
     * @param imageTokens rows one picture takes in the prompt (fixed-size towers), empty without vision
     * @param device the device's description
     */
    public record Info(
            String name,
            String family,
            int contextLength,
            long weightBytes,
            String promptFormat,
            Optional<Integer> imageTokens,
            String device) {}
}
