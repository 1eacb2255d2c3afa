// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.options;

import dev.myna.engine.ChatFormat;
import dev.myna.engine.ImageMode;
import dev.myna.engine.ImageTiles;
import dev.myna.engine.ImageTokens;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.error.RequestException;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.hub.ModelName;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Options for the model to load and for sessions with it. */
public final class ModelArguments {
    public static final String HEADING = "%nModel:%n";

    @Option(
            names = {"-m", "--model"},
            paramLabel = "FILE",
            description = "decoder GGUF or model name; default: the embedded model")
    public Path model;

    /** llama.cpp's spelling of {@code -m hf:ORG/REPO[:QUANT]}. */
    @Option(
            names = {"-hf", "--hf-repo"},
            paramLabel = "REPO",
            hidden = true,
            description = "the same as -m hf:REPO")
    String repository;

    @Option(
            names = "--mmproj",
            paramLabel = "FILE",
            description = "vision GGUF; default: the one beside the model (--no-mmproj: none)")
    public Path mmproj;

    /** Hidden: the help text of {@code --mmproj} names it. */
    @Option(names = "--no-mmproj", hidden = true, description = "do not load a vision GGUF")
    public boolean noMmproj;

    /** Hidden: the error that it overrides names it. */
    @Option(
            names = "--ignore-unused",
            hidden = true,
            description = "run a model file with features that Myna does not compute")
    public boolean ignoreUnused;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "worker threads; 0 = one per core")
    public int threads;

    @ArgGroup(validate = false)
    public DeviceArguments where = new DeviceArguments();

    @ArgGroup(validate = false)
    public ProfileArguments profile = new ProfileArguments();

    @Option(names = "--kernels", paramLabel = "NAME", description = "CPU kernels: jit (default), vector or scalar")
    public Kernels kernels = Kernels.jit;

    @Option(
            names = {"-c", "--ctx-size"},
            paramLabel = "N",
            description = "context size in positions; 0 = the model's, max. 4096")
    int contextSize;

    @Option(
            names = {"-ctk", "--cache-type-k"},
            paramLabel = "TYPE",
            description = "type of cached keys: f16 (default), q8_0 or f32")
    CacheType keyType = CacheType.f16;

    @Option(
            names = {"-ctv", "--cache-type-v"},
            paramLabel = "TYPE",
            description = "type of cached values: f16 (default), q8_0 or f32")
    CacheType valueType = CacheType.f16;

    @Option(
            names = "--chat-template",
            paramLabel = "NAME",
            converter = ChatTemplate.Converter.class,
            description = "a format by name (chatml, gemma3, qwen3, ...), or a template file")
    public ChatTemplate chatTemplate;

    /** Hidden, to keep the help text short; docs/chat-templates.md describes it. */
    @Option(
            names = "--template-arg",
            paramLabel = "NAME=VALUE",
            hidden = true,
            description = "a variable of the chat template, such as enable_thinking=false")
    Map<String, String> templateArguments = new LinkedHashMap<>();

    @Option(
            names = "--image-mode",
            paramLabel = "MODE",
            description = "pad, crop or single (one tile); default: as the model says")
    Mode imageMode = Mode.auto;

    @Option(
            names = "--image-tokens",
            paramLabel = "MIN,MAX",
            converter = ImageTokensConverter.class,
            description = "Qwen: positions that an image may take; default: the model's, max. 1024")
    ImageTokens imageTokens = ImageTokens.STANDARD;

    /** Hidden, to keep the help text short; docs/models.md describes it. */
    @Option(
            names = "--tiles",
            paramLabel = "N",
            hidden = true,
            description = "cut an image into at most N tiles; 1 = no tiles, 0 = as the model says")
    int tiles;

    /** Hidden, to keep the help text short; docs/models.md describes it. */
    @Option(names = "--pan-and-scan", hidden = true, description = "Gemma 3: also look at crops of long images")
    boolean panAndScan;

    @Option(names = "--parrot-compat", description = "Parrot: use only the first image, as published")
    boolean parrotCompat;

    /** Spelled as people type it. */
    public enum CacheType {
        f16,
        q8_0,
        f32;

        public TensorType tensorType() {
            return switch (this) {
                case f16 -> TensorType.F16;
                case q8_0 -> TensorType.Q8_0;
                case f32 -> TensorType.F32;
            };
        }
    }

    /** Spelled as people type it. */
    public enum Kernels {
        jit,
        vector,
        scalar;

        CpuKernels cpuKernels() {
            return switch (this) {
                case jit -> CpuKernels.JIT;
                case vector -> CpuKernels.VECTOR;
                case scalar -> CpuKernels.SCALAR;
            };
        }
    }

    /** Spelled as people type it. */
    enum Mode {
        auto,
        pad,
        crop,
        single
    }

    /**
     * Uses a model from a positional argument or from {@code -hf}.
     *
     * @param named positional argument, or null
     * @throws RequestException if two models are given
     */
    public void take(Path named) {
        if (named != null) {
            take("the argument " + named, named);
        }
        if (repository != null) {
            take("-hf " + repository, Path.of(ModelName.PREFIX + repository));
            repository = null;
        }
    }

    private void take(String how, Path other) {
        if (model != null) {
            throw new RequestException("two models are given, " + how + " and " + model + ": give one");
        }
        model = other;
    }

    public ModelOptions modelOptions() {
        return where.apply(ModelOptions.builder()
                .threads(threads)
                .kernels(kernels.cpuKernels())
                .ignoreUnused(ignoreUnused)
                .imageTokens(imageTokens)
                .imageTiles(new ImageTiles(tiles, panAndScan))
                .build());
    }

    public SessionOptions sessionOptions() {
        ImageMode mode = switch (imageMode) {
            case auto -> ImageMode.AUTO;
            case pad -> ImageMode.PAD;
            case crop, single -> ImageMode.CROP;
        };
        return SessionOptions.builder()
                .contextSize(contextSize)
                .cacheTypes(keyType.tensorType(), valueType.tensorType())
                .imageMode(mode)
                .chatFormat(chatTemplate == null ? ChatFormat.OF_MODEL : chatTemplate.format())
                .mixture(parrotCompat ? SessionOptions.Mixture.FIRST_IMAGE : SessionOptions.Mixture.EVERY_IMAGE)
                .templateArguments(ChatTemplate.arguments(templateArguments))
                .build();
    }
}
