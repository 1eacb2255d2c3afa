// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.launch;

import dev.myna.engine.warmup.KernelWarmUp;
import dev.myna.engine.warmup.KernelWarmUp.Part;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufFile;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Compiles kernels in the background, from the start of a run until the model needs the processors. */
public final class WarmUp {
    /** No warm-up. */
    public static final WarmUp NONE = new WarmUp(null);

    /** Types of the embedded model, before it has been opened. */
    static final Set<TensorType> EMBEDDED = EnumSet.of(TensorType.F32, TensorType.F16, TensorType.Q8_0);

    private static final Set<String> VERBS = Set.of("run", "chat", "serve", "batch");
    private static final Set<String> HELP = Set.of("-h", "--help");
    private static final List<String> MODEL = List.of("-m", "--model");
    private static final List<String> DEVICES = List.of("--device", "-ngl", "--gpu-layers");
    private static final String PROFILE = "--perf-map";
    private static final List<String> IMAGES = List.of("--image", "--jsonl");

    /** Null for none. */
    private final KernelWarmUp kernels;

    private WarmUp(KernelWarmUp kernels) {
        this.kernels = kernels;
    }

    /**
     * Starts the warm-up that a command line needs. It looks for words, because parsing takes longer. A wrong guess costs only time on
     * an idle processor, so with one processor there is no warm-up. There is none for a profile either, which must show the
     * kernels of the model.
     *
     * @param args with the verb
     */
    public static WarmUp start(String[] args) {
        List<String> words = Arrays.asList(args);
        boolean answers =
                words.stream().anyMatch(VERBS::contains) && words.stream().noneMatch(HELP::contains);
        boolean elsewhere = mentions(words, DEVICES) && !words.contains("cpu");
        if (!answers
                || elsewhere
                || words.contains(PROFILE)
                || Runtime.getRuntime().availableProcessors() == 1
                || !Relauncher.hasVectorModule()) {
            return NONE;
        }
        return new WarmUp(KernelWarmUp.start(parts(words), types(words)));
    }

    static Set<Part> parts(List<String> args) {
        boolean images =
                args.contains("chat") || args.contains("serve") || args.contains("batch") || mentions(args, IMAGES);
        return images ? EnumSet.allOf(Part.class) : EnumSet.of(Part.TEXT);
    }

    static Set<TensorType> types(List<String> args) {
        return mentions(args, MODEL) ? EnumSet.of(TensorType.F32) : EMBEDDED;
    }

    private static boolean mentions(List<String> args, List<String> options) {
        return args.stream().anyMatch(arg -> options.stream().anyMatch(arg::startsWith));
    }

    /** Adds the types of an open file. */
    public void add(GgufFile file) {
        if (kernels != null) {
            kernels.add(file.tensors().values().stream().map(Tensor::type).collect(Collectors.toSet()));
        }
    }

    /** Ends the warm-up: the model needs the processors. */
    public void end() {
        if (kernels != null) {
            kernels.close();
        }
    }
}
