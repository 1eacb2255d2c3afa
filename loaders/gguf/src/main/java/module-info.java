/** GGUF files read, checked and written; text and files for the other loaders. */
@SuppressWarnings("module") // the modules that the exports name are built later
module dev.myna.loaders.gguf {
    requires transitive dev.myna.kernels;

    exports dev.myna.loaders.gguf;
    exports dev.myna.loaders.io;
    exports dev.myna.loaders.text to
            dev.myna.loaders.hub,
            dev.myna.loaders.convert,
            dev.myna.loaders.datasets,
            dev.myna.engine,
            dev.myna.eval,
            dev.myna.cli;
}
