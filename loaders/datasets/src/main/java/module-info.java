/** Rows of evaluation data sets: TSV, JSON lines and Parquet, with their images. */
module dev.myna.loaders.datasets {
    requires dev.hardwood.core;
    requires transitive dev.myna.loaders.gguf;

    exports dev.myna.loaders.datasets;
}
