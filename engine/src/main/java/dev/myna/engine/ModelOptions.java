// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.error.RequestException;
import dev.myna.kernels.CodeListener;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.ProgramCache;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** How to load a model. Immutable. */
public final class ModelOptions {
    /** The whole decoder. */
    public static final int ALL_LAYERS = Integer.MAX_VALUE;

    /** A copy that nobody changes. */
    private final Builder set;

    private ModelOptions(Builder from) {
        set = new Builder(from);

        Bounds.check(set.threads >= 0 && set.threads <= 1024, "threads", "0 (automatic) to 1024", set.threads);
        Bounds.check(set.deviceLayers >= 0, "layers on the device", "0 or more", set.deviceLayers);
    }

    /** On the CPU with the fastest kernels, one thread per available core. */
    public static ModelOptions defaults() {
        return builder().build();
    }

    /** Begins with {@link #defaults}. */
    public static Builder builder() {
        return new Builder();
    }

    /** Begins with these options. */
    public Builder toBuilder() {
        return new Builder(set);
    }

    /** Threads that compute; 0 means one per available core. */
    public int threads() {
        return set.threads;
    }

    /** The CPU's implementation of arithmetic; the next slower one replaces one that cannot run here. */
    public CpuKernels kernels() {
        return set.kernels;
    }

    /** Where to compute. */
    public Placement placement() {
        return set.placement;
    }

    /** Decoder layers on an OpenCL device, counted from the last; the others stay on the CPU. */
    public int deviceLayers() {
        return set.deviceLayers;
    }

    /** Where an OpenCL device keeps compiled programs between runs. */
    public ProgramCache programs() {
        return set.programs;
    }

    /** A session that must fit an OpenCL device beside the weights: where it does not fit, loading fails or falls back to the CPU. */
    public Optional<SessionOptions> roomFor() {
        return set.roomFor;
    }

    /** Whether a file runs whose keys or tensors Myna does not follow; {@link Model#warnings} names them. */
    public boolean ignoreUnused() {
        return set.ignoreUnused;
    }

    /** How many tiles an image may be cut into. */
    public ImageTiles imageTiles() {
        return set.imageTiles;
    }

    /** How many positions an image may take, for models whose images keep their size. */
    public ImageTokens imageTokens() {
        return set.imageTokens;
    }

    /** Receives the machine code that the CPU runs, for profiles. */
    public CodeListener codeListener() {
        return set.codeListener;
    }

    private List<Object> values() {
        return List.of(
                set.threads,
                set.kernels,
                set.placement,
                set.deviceLayers,
                set.programs,
                set.roomFor,
                set.ignoreUnused,
                set.imageTiles,
                set.imageTokens,
                set.codeListener);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ModelOptions options && values().equals(options.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    /** For people. */
    @Override
    public String toString() {
        return "ModelOptions" + values();
    }

    /** Changes options. {@link #build} checks them. */
    public static final class Builder {
        private int threads;
        private CpuKernels kernels = CpuKernels.JIT;
        private Placement placement = Placement.CPU;
        private int deviceLayers = ALL_LAYERS;
        private ProgramCache programs = ProgramCache.NONE;
        private Optional<SessionOptions> roomFor = Optional.empty();
        private boolean ignoreUnused;
        private ImageTiles imageTiles = ImageTiles.STANDARD;
        private ImageTokens imageTokens = ImageTokens.STANDARD;
        private CodeListener codeListener = CodeListener.NONE;

        private Builder() {}

        private Builder(Builder from) {
            threads = from.threads;
            kernels = from.kernels;
            placement = from.placement;
            deviceLayers = from.deviceLayers;
            programs = from.programs;
            roomFor = from.roomFor;
            ignoreUnused = from.ignoreUnused;
            imageTiles = from.imageTiles;
            imageTokens = from.imageTokens;
            codeListener = from.codeListener;
        }

        /** 0 (one per available core, the default) to 1024. See {@link ModelOptions#threads}. */
        public Builder threads(int count) {
            threads = count;
            return this;
        }

        /** {@link CpuKernels#JIT} by default. See {@link ModelOptions#kernels}. */
        public Builder kernels(CpuKernels implementation) {
            kernels = Objects.requireNonNull(implementation);
            return this;
        }

        /** {@link Placement#CPU} by default. See {@link ModelOptions#placement}. */
        public Builder placement(Placement where) {
            placement = Objects.requireNonNull(where);
            return this;
        }

        /** 0 or more; {@link #ALL_LAYERS} by default. See {@link ModelOptions#deviceLayers}. */
        public Builder deviceLayers(int layers) {
            deviceLayers = layers;
            return this;
        }

        /** {@link ProgramCache#NONE} by default. See {@link ModelOptions#programs}. */
        public Builder programs(ProgramCache cache) {
            programs = Objects.requireNonNull(cache);
            return this;
        }

        /** None by default. See {@link ModelOptions#roomFor}. */
        public Builder roomFor(SessionOptions session) {
            roomFor = Optional.of(session);
            return this;
        }

        /** {@link ImageTiles#STANDARD} by default. See {@link ModelOptions#imageTiles}. */
        public Builder imageTiles(ImageTiles tiles) {
            imageTiles = Objects.requireNonNull(tiles);
            return this;
        }

        /** False by default. See {@link ModelOptions#ignoreUnused}. */
        public Builder ignoreUnused(boolean ignore) {
            ignoreUnused = ignore;
            return this;
        }

        /**
         * {@link ImageTokens#STANDARD} by default. Loading a model whose images have tiles of one size fails with any other. See
         * {@link ModelOptions#imageTokens}.
         */
        public Builder imageTokens(ImageTokens tokens) {
            imageTokens = Objects.requireNonNull(tokens);
            return this;
        }

        /** {@link CodeListener#NONE} by default. See {@link ModelOptions#codeListener}. */
        public Builder codeListener(CodeListener listener) {
            codeListener = Objects.requireNonNull(listener);
            return this;
        }

        /** @throws RequestException if an option is out of its bounds: the message names both */
        public ModelOptions build() {
            return new ModelOptions(this);
        }
    }
}
