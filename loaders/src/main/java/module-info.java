/**
 * Bytes on disk or network to typed data and back: GGUF files, published checkpoints, images, models of a hub. Knows no arithmetic; weights are rounded
 * by {@code dev.myna.kernels.quantize.Quantize}.
 */
module dev.myna.loaders {
    requires transitive dev.myna.kernels;
    requires java.net.http;
    requires java.xml;
    requires tools.jackson.jr.ob;

    exports dev.myna.loaders.convert;
    exports dev.myna.loaders.gguf;
    exports dev.myna.loaders.hf;
    exports dev.myna.loaders.hub;
    exports dev.myna.loaders.image;
    exports dev.myna.loaders.io;
    exports dev.myna.loaders.quantize;
    exports dev.myna.loaders.rows;
    exports dev.myna.loaders.text to
            dev.myna.engine,
            dev.myna.cli;
}
