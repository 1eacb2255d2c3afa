/** Published checkpoints to GGUF files, and GGUF files to smaller types. */
module dev.myna.loaders.convert {
    requires transitive dev.myna.loaders.gguf;

    exports dev.myna.loaders.convert;
    exports dev.myna.loaders.convert.plan;
    exports dev.myna.loaders.hf;
    exports dev.myna.loaders.quantize;
    exports dev.myna.loaders.rows;
}
