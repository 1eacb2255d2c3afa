// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.kernels.CodeListener;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.ProgramCache;
import java.util.Objects;

/**
 * How to load a model.
 *
 * @param threads worker threads; 0 means one per available core
 * @param kernels the CPU's implementation of arithmetic; one that cannot run here is replaced by the next
 * @param device where to compute
 * @param deviceLayers decoder layers on that device, counted from the last; the others stay on the CPU. {@link #ALL_LAYERS} for all
 * @param programs where an OpenCL device keeps compiled programs between runs
 * @param session a session that must fit the device beside the weights, or else the model does not; null for none
 * @param ignoreUnused whether a file is run that says what Myna does not compute; {@link Model#warnings} tells what
 * @param codeListener is told of the machine code that the CPU runs, for profiles
 */
public record ModelOptions(
        int threads,
        CpuKernels kernels,
        DeviceChoice device,
        int deviceLayers,
        ProgramCache programs,
        SessionOptions session,
        boolean ignoreUnused,
        CodeListener codeListener) {
    /** The whole decoder. */
    public static final int ALL_LAYERS = Integer.MAX_VALUE;

    public ModelOptions {
        if (threads < 0 || threads > 1024) {
            throw new RequestException("threads must be 0 (automatic) to 1024, not " + threads);
        }
        if (deviceLayers < 0) {
            throw new RequestException("layers on the device must be 0 or more, not " + deviceLayers);
        }
        Objects.requireNonNull(kernels);
        Objects.requireNonNull(device);
        Objects.requireNonNull(programs);
        Objects.requireNonNull(codeListener);
    }

    /** On the CPU. */
    public ModelOptions(int threads, CpuKernels kernels) {
        this(threads, kernels, DeviceChoice.cpu(), ALL_LAYERS, ProgramCache.NONE, null, false, CodeListener.NONE);
    }

    /** On the CPU, with the fastest kernels. */
    public ModelOptions(int threads) {
        this(threads, CpuKernels.JIT);
    }

    /** On the CPU, one worker per available core. */
    public static ModelOptions defaults() {
        return new ModelOptions(0);
    }

    public ModelOptions withDevice(DeviceChoice choice) {
        return new ModelOptions(threads, kernels, choice, deviceLayers, programs, session, ignoreUnused, codeListener);
    }

    public ModelOptions withDeviceLayers(int layers) {
        return new ModelOptions(threads, kernels, device, layers, programs, session, ignoreUnused, codeListener);
    }

    public ModelOptions withPrograms(ProgramCache cache) {
        return new ModelOptions(threads, kernels, device, deviceLayers, cache, session, ignoreUnused, codeListener);
    }

    /** Has loading find out whether there is room for such a session, too. */
    public ModelOptions withRoomFor(SessionOptions options) {
        return new ModelOptions(threads, kernels, device, deviceLayers, programs, options, ignoreUnused, codeListener);
    }

    /** Has files run that say what Myna does not compute, such as tensors of a variant. */
    public ModelOptions withUnusedIgnored(boolean ignore) {
        return new ModelOptions(threads, kernels, device, deviceLayers, programs, session, ignore, codeListener);
    }

    /** Has somebody told of the machine code that the CPU runs. */
    public ModelOptions withCodeListener(CodeListener listener) {
        return new ModelOptions(threads, kernels, device, deviceLayers, programs, session, ignoreUnused, listener);
    }
}
