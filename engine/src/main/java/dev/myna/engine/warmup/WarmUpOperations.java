// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.warmup;

import dev.myna.kernels.Activation;
import dev.myna.kernels.Attention;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Norm;
import dev.myna.kernels.Rope;
import dev.myna.kernels.RopePairing;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The operations of a model on operands just large enough to take the kernels' usual paths. Weights are zero. */
final class WarmUpOperations {
    /** Inner width: one block of the widest formats. */
    private static final int WIDTH = 256;

    /** Weight rows of a matrix. */
    private static final int OUTPUTS = 16;

    /** Activation rows of a prompt or an image. */
    private static final int ROWS = 16;

    private static final int HEAD_DIM = 64;
    private static final Attention.Heads HEADS = new Attention.Heads(WIDTH / HEAD_DIM, WIDTH / HEAD_DIM, HEAD_DIM, 1);
    private static final float EPS = 1e-5f;
    private static final Rope ROPE = new Rope(HEAD_DIM, 10_000, RopePairing.ADJACENT);

    private final Device device;
    private final Arena scope;
    private final Buffer x;
    private final Buffer y;
    private final Buffer z;
    private final Buffer narrow;
    private final Weight vector;
    private final Weight rows;
    private final Batch prompt = new Batch(ROWS);
    private final Batch token = new Batch(1);
    private final int[] ids = new int[ROWS];

    /** @param scope owns the operands */
    WarmUpOperations(Device device, Arena scope) {
        this.device = device;
        this.scope = scope;
        x = device.allocate(scope, ROWS, WIDTH);
        y = device.allocate(scope, ROWS, WIDTH);
        z = device.allocate(scope, ROWS, WIDTH);
        narrow = device.allocate(scope, ROWS, OUTPUTS);
        device.write(x, wave(ROWS * WIDTH), 0, ROWS);
        vector = weight(TensorType.F32, WIDTH, 1);
        rows = weight(TensorType.F32, WIDTH, ROWS);
        KvCache cache = device.allocateKvCache(
                scope, new KvCache.Shape(1, ROWS, HEADS.kvCount(), HEAD_DIM, TensorType.F16, TensorType.F16));
        for (int i = 0; i < ROWS; i++) {
            prompt.add(cache, i);
        }
        token.add(cache, ROWS - 1);
    }

    /** Everything of a part of a model but the products with its matrices. */
    List<Runnable> of(KernelWarmUp.Part part) {
        return switch (part) {
            case IMAGES ->
                List.of(
                        () -> device.attention().attendFull(x, x, x, ROWS, HEADS, z, ROWS),
                        () -> device.norms().layerNorm(new Norm(vector, vector, EPS), x, z, ROWS),
                        () -> fresh(() -> device.elementwise().activate(Activation.QUICK_GELU, y, ROWS)),
                        () -> fresh(() -> device.elementwise().activate(Activation.GELU_ERF, y, ROWS)),
                        () -> fresh(() -> device.elementwise().add(y, x, ROWS)),
                        () -> device.elementwise().addRows(y, rows, ROWS));
            case TEXT ->
                List.of(
                        () -> device.attention().storeKv(x, x, prompt, 0),
                        () -> device.attention().attendCausal(x, prompt, 0, HEADS, z),
                        () -> device.attention().attendCausal(x, token, 0, HEADS, z),
                        () -> device.norms().rmsNorm(new Norm(vector, EPS), x, z, ROWS),
                        () -> device.attention().rope(x, prompt, ROPE),
                        () -> fresh(() -> device.elementwise().siluMul(y, x, ROWS)),
                        () -> fresh(() -> device.elementwise().add(y, x, ROWS)));
        };
    }

    /** Products with a matrix of this type, and reading a row of it. */
    List<Runnable> products(TensorType type) {
        Weight matrix = weight(type, WIDTH, OUTPUTS);
        return List.of(
                () -> device.matrices().matmul(new Linear(matrix), x, narrow, ROWS),
                () -> device.matrices().matmul(new Linear(matrix), x, narrow, 1),
                () -> device.matrices().embed(matrix, ids, 0, y, 1));
    }

    /** Gives {@code y} the values of {@code x} first: what works in place would drive them to zero or infinity. */
    private void fresh(Runnable operation) {
        device.copy(x, y, ROWS);
        operation.run();
    }

    /** Values of either sign around one: kernels may do less for zeros, which would be compiled as the usual case. */
    private static float[] wave(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) Math.sin(i) + 0.1f;
        }
        return values;
    }

    private Weight weight(TensorType type, long width, long count) {
        MemorySegment data = scope.allocate(type.bytes(width * count), 64);
        return device.load(new Tensor("warm-up", type, List.of(width, count), data));
    }
}
