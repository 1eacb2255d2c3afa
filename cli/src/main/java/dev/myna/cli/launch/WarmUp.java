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

/** Has the kernels compiled from the first moment of a run that will need them until the model needs the processors. */
public final class WarmUp {
    /** Nothing to warm, or nothing to warm it with. */
    public static final WarmUp NONE = new WarmUp(null);

    /** Types of the embedded model, to begin with before it has been opened. */
    static final Set<TensorType> EMBEDDED = EnumSet.of(TensorType.F32, TensorType.F16, TensorType.Q8_0);

    private static final Set<String> VERBS = Set.of("run", "chat", "serve");
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
     * Starts what a command line will need, by a glance at it: parsing it properly takes longer. A wrong guess costs nothing but
     * time on an idle processor, so where there is only one, nothing is started. Neither is it for a profile, which shall show the model's
     * own kernels.
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
        boolean images = args.contains("chat") || args.contains("serve") || mentions(args, IMAGES);
        return images ? EnumSet.allOf(Part.class) : EnumSet.of(Part.TEXT);
    }

    static Set<TensorType> types(List<String> args) {
        return mentions(args, MODEL) ? EnumSet.of(TensorType.F32) : EMBEDDED;
    }

    private static boolean mentions(List<String> args, List<String> options) {
        return args.stream().anyMatch(arg -> options.stream().anyMatch(arg::startsWith));
    }

    /** Goes on with the types of a file that has been opened. */
    public void add(GgufFile file) {
        if (kernels != null) {
            kernels.add(file.tensors().values().stream().map(Tensor::type).collect(Collectors.toSet()));
        }
    }

    /** The model needs the processors now. */
    public void end() {
        if (kernels != null) {
            kernels.close();
        }
    }
}
