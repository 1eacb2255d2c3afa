/** Vision tower, projectors, decoder, tokenizers, prompts, sampling, sessions, and the public API. */
@SuppressWarnings("module") // dev.myna.cli is built later
module dev.myna.engine {
    requires transitive dev.myna.kernels;
    requires transitive dev.myna.loaders.gguf;
    requires transitive dev.myna.loaders.image;
    // Events for a flight recording, where the runtime has one.
    requires static jdk.jfr;

    exports dev.myna;
    exports dev.myna.engine;
    exports dev.myna.engine.error;
    exports dev.myna.engine.grammar;
    exports dev.myna.engine.sampling;
    exports dev.myna.engine.text;
    exports dev.myna.engine.tools;
    exports dev.myna.engine.warmup;

    // Model cards say what the engine will do with a file.
    exports dev.myna.engine.check to
            dev.myna.cli;
    exports dev.myna.engine.decoder to
            dev.myna.cli;
    exports dev.myna.engine.family to
            dev.myna.cli;
    exports dev.myna.engine.prompt to
            dev.myna.cli;
    exports dev.myna.engine.vision to
            dev.myna.cli;
}
