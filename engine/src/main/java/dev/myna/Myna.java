// SPDX-License-Identifier: Apache-2.0
package dev.myna;

import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.runtime.LoadedModel;
import dev.myna.kernels.DeviceException;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.gguf.GgufFile;
import java.nio.file.Path;

/**
 * Loads models.
 *
 * {@snippet :
 * try (Model model = Myna.load(decoder, mmproj, ModelOptions.defaults());
 *         Session session = model.newSession(SessionOptions.defaults())) {
 *     System.out.println(session.generate(Message.of("What is this?", image), GenerationOptions.greedy()).text());
 * }
 * }
 */
public final class Myna {
    private Myna() {}

    /**
     * Maps a decoder GGUF and the mmproj GGUF that belongs to it: vision tower and projector.
     *
     * @throws GgufException if a file is malformed
     * @throws ModelException if the files are not a model Myna can run, say what Myna does not compute, or a page of them has gone
     *     meanwhile
     * @throws DeviceException if the options require a device that cannot run it
     */
    public static Model load(Path decoder, Path mmproj, ModelOptions options) {
        GgufFile decoderFile = GgufFile.open(decoder);
        GgufFile visionFile;
        try {
            visionFile = GgufFile.open(mmproj);
        } catch (RuntimeException | Error e) {
            decoderFile.close();
            throw e;
        }
        return load(decoderFile, visionFile, options);
    }

    /** As {@link #load(Path, Path, ModelOptions)} without images: prompts with images are refused. */
    public static Model loadTextOnly(Path decoder, ModelOptions options) {
        return loadTextOnly(GgufFile.open(decoder), options);
    }

    /**
     * As {@link #load(Path, Path, ModelOptions)} with opened files, which the model closes when it is closed (also when
     * loading fails).
     */
    public static Model load(GgufFile decoder, GgufFile mmproj, ModelOptions options) {
        return LoadedModel.load(decoder, mmproj, options);
    }

    /**
     * As {@link #loadTextOnly(Path, ModelOptions)} with an opened file, which the model closes when it is closed (also when
     * loading fails).
     */
    public static Model loadTextOnly(GgufFile decoder, ModelOptions options) {
        return LoadedModel.loadTextOnly(decoder, options);
    }
}
