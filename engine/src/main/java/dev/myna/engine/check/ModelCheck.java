// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.check;

import dev.myna.engine.ModelWarning;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderWeights;
import dev.myna.engine.decoder.LayerPlacement;
import dev.myna.engine.Placement;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.family.Families;
import dev.myna.engine.prompt.FileFormat;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Tokenizers;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.VisionEncoder;
import dev.myna.kernels.Device;
import dev.myna.kernels.devices.Devices;
import dev.myna.loaders.gguf.GgufFile;
import java.util.List;

/** Checks a file as loading it would, without loading a model. */
public final class ModelCheck {
    private ModelCheck() {}

    /**
     * Reads a decoder's file.
     *
     * @return what it says and Myna does not follow
     * @throws ModelException if it is no decoder that Myna runs
     * @throws dev.myna.loaders.gguf.GgufException if keys or tensors are missing or have other types or shapes
     */
    public static List<ModelWarning> decoder(GgufFile file) {
        DecoderConfig config = Families.decoderConfig(file);
        Tokenizer tokenizer = Tokenizers.load(file);
        try (Device device = Devices.cpu(1)) {
            DecoderWeights.load(file, config, LayerPlacement.on(device)).requireTokens(file, tokenizer.size());
        }
        FileFormat format = FileFormat.of(tokenizer, file.metadata());
        return Unused.decoder(file, config, tokenizer, format);
    }

    /**
     * Reads a vision file.
     *
     * @return what it says and Myna does not follow
     * @throws ModelException if it is no vision file that Myna runs
     * @throws dev.myna.loaders.gguf.GgufException if keys or tensors are missing or have other types or shapes
     */
    public static List<ModelWarning> vision(GgufFile file) {
        try (Device device = Devices.cpu(1)) {
            VisionConfig config = new VisionEncoder(file, Families.visionConfig(file), device).config();
            return Unused.vision(file, config);
        }
    }
}
