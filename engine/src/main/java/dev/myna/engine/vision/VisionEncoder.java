// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.ImageMode;
import dev.myna.engine.vision.projector.LdpProjector;
import dev.myna.engine.vision.projector.LdpV2Projector;
import dev.myna.engine.vision.projector.MlpProjector;
import dev.myna.engine.vision.projector.Projector;
import dev.myna.engine.vision.projector.ProjectorShape;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.RgbImage;
import java.lang.foreign.Arena;

/** A picture in, decoder rows out: preprocessing, tower, projector. Immutable and thread-safe. */
public final class VisionEncoder {
    private final VisionConfig config;
    private final ClipVisionTower tower;
    private final Projector projector;
    private final Device device;

    /**
     * Reads a vision file.
     *
     * @throws dev.myna.engine.ModelException if it is no vision file Myna runs
     * @throws dev.myna.loaders.gguf.GgufException if keys or tensors are missing or have other types or shapes
     */
    public VisionEncoder(GgufFile file, Device device) {
        this.config = VisionConfig.read(file);
        this.device = device;
        this.tower = new ClipVisionTower(file, config, device);
        ProjectorShape shape = new ProjectorShape(config.width(), config.grid(), config.projectorGelu());
        this.projector =
                switch (config.projector()) {
                    case MLP -> new MlpProjector(file, shape, device);
                    case LDP -> new LdpProjector(file, shape, device);
                    case LDPV2 -> new LdpV2Projector(file, shape, device);
                };
    }

    public VisionConfig config() {
        return config;
    }

    /** Elements per output row: must equal the decoder's width. */
    public int width() {
        return projector.width();
    }

    /** Decoder rows one picture takes. */
    public int rows() {
        return projector.rows();
    }

    /** Decoder rows of a picture: [rows, width]. */
    public float[] encode(RgbImage image, ImageMode mode) {
        boolean pad = mode == ImageMode.PAD || (mode == ImageMode.AUTO && config.aspect() == VisionConfig.Aspect.PAD);
        RgbImage square = pad
                ? ImagePreprocessor.pad(image, config.imageSize(), config.mean())
                : ImagePreprocessor.crop(image, config.imageSize());
        float[] pixels = ImagePreprocessor.normalize(square, config.mean(), config.std());
        try (Arena scope = Arena.ofShared()) {
            Buffer features = device.allocate(scope, config.patches(), config.width());
            tower.encode(pixels, 1, features);
            Buffer rows = device.allocate(scope, rows(), width());
            projector.project(features, rows);
            float[] result = new float[Math.multiplyExact(rows(), width())];
            device.read(rows, result, 0, rows());
            return result;
        }
    }
}
