/** Manifests of models, downloads, and the store of downloaded models. */
module dev.myna.loaders.hub {
    requires dev.myna.loaders.gguf;
    requires java.net.http;
    requires tools.jackson.jr.ob;

    exports dev.myna.loaders.hub;
}
