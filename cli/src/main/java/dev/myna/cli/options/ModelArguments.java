// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.options;

import dev.myna.engine.ChatFormat;
import dev.myna.engine.ImageMode;
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

/** Options that say which model to load and how to open a session with it. */
public final class ModelArguments {
    /** Help has no room for a line of its own. */
    public static final String HEADING =
            "%nModel (one that is refused for what Myna does not compute: --ignore-unused):%n";

    @Option(
            names = {"-m", "--model"},
            paramLabel = "FILE",
            description = "decoder GGUF or model's name; default: the embedded model")
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
            description = "vision GGUF; default: the one beside the model; --no-mmproj: none")
    public Path mmproj;

    /** Named by {@code --mmproj}; help has no room for a line of its own. */
    @Option(names = "--no-mmproj", hidden = true, description = "no vision GGUF, whatever lies beside the model")
    public boolean noMmproj;

    /** Named by the heading. */
    @Option(names = "--ignore-unused", hidden = true, description = "run a file that says what Myna would not compute")
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

    @Option(
            names = "--kernels",
            paramLabel = "NAME",
            description = "jit (default), vector or scalar: how the CPU computes")
    public Kernels kernels = Kernels.jit;

    @Option(
            names = {"-c", "--ctx-size"},
            paramLabel = "N",
            description = "context positions; 0 = the model's, at most 4096")
    int contextSize;

    @Option(
            names = {"-ctk", "--cache-type-k"},
            paramLabel = "TYPE",
            description = "numbers of cached keys: f16 (default), q8_0 or f32")
    CacheType keyType = CacheType.f16;

    @Option(
            names = {"-ctv", "--cache-type-v"},
            paramLabel = "TYPE",
            description = "numbers of cached values: f16 (default), q8_0 or f32")
    CacheType valueType = CacheType.f16;

    @Option(
            names = "--chat-template",
            paramLabel = "NAME",
            converter = ChatTemplate.Converter.class,
            description = "vicuna_v1, llava_v1, chatml, llama3, plain, or a file")
    public ChatTemplate chatTemplate;

    /** Named by the guide; help has no room for a line of its own. */
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

    @Option(names = "--parrot-compat", description = "Parrot: as published, only the first image counts")
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
     * Takes a model that was named in another way than by {@code -m}.
     *
     * @param named a command's argument, or null
     * @throws RequestException if two models are named
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
            throw new RequestException("one model, please: " + how + " or " + model);
        }
        model = other;
    }

    public ModelOptions modelOptions() {
        return where.apply(ModelOptions.builder()
                .threads(threads)
                .kernels(kernels.cpuKernels())
                .ignoreUnused(ignoreUnused)
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
