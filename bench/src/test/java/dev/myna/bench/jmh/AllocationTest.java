// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dev.myna.Myna;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.TokenSequence;
import dev.myna.engine.sampling.Sampler;
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
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;
import dev.myna.kernels.devices.Devices;
import dev.myna.testing.Machine;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Operations of the token loop allocate nothing on any thread once they are compiled. A vector that stays an object, because
 * the compiler could not follow it through a call, shows here, and nowhere else but in the time.
 */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int POSITION = 300;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    /**
     * By machine code only. Kernels of the Vector API allocate nothing while a program uses a few types, as programs do; after all
     * types, with every profile mixed, the compiler gives up on the last vectors of some (docs/lab/measurements.md).
     */
    @ParameterizedTest
    @EnumSource(TensorType.class)
    void matmulOfOneRow(TensorType type) {
        Machine.assume(Devices.jitRefusal().isEmpty(), "no machine code runs here");
        try (RandomOperands operands = new RandomOperands(Devices.cpu(2))) {
            Device device = operands.device();
            Linear linear = new Linear(device.load(operands.matrix(type, 128, 1024)));
            Buffer in = operands.rows(1, 1024);
            Buffer out = operands.zeros(1, 128);
            assertNothingAllocated(() -> device.matrices().matmul(linear, in, out, 1));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TensorType.class,
            names = {"F32", "F16", "Q8_0"})
    void attentionOfOneRow(TensorType type) {
        for (int kvHeads : new int[] {1, 4}) {
            try (RandomOperands operands = new RandomOperands(Devices.cpu(2))) {
                Device device = operands.device();
                KvCache cache =
                        device.allocateKvCache(operands.arena(), new KvCache.Shape(1, 400, kvHeads, 64, type, type));
                Batch batch = new Batch(POSITION + 1);
                for (int i = 0; i <= POSITION; i++) {
                    batch.add(cache, i);
                }
                Buffer keys = operands.rows(POSITION + 1, kvHeads * 64);
                device.attention().storeKv(keys, keys, batch, 0);
                Rope rope = new Rope(64, 10000, RopePairing.ADJACENT);
                Buffer query = operands.rows(1, 256);
                Buffer out = operands.zeros(1, 256);
                Attention.Heads heads = new Attention.Heads(4, kvHeads, 64, 0.125f);
                assertNothingAllocated(() -> {
                    batch.clear();
                    batch.add(cache, POSITION);
                    device.attention().rope(query, batch, rope);
                    device.attention().storeKv(keys, keys, batch, 0);
                    device.attention().attendCausal(query, batch, 0, heads, out);
                });
            }
        }
    }

    @Test
    void tokensOfTheEmbeddedModel() {
        try (Model model = Myna.loadTextOnly(
                        Path.of("../models-manifest/nano/nano.gguf"),
                        ModelOptions.builder().threads(2).build());
                TokenSequence sequence = model.newTokenSequence(SessionOptions.defaults())) {
            sequence.append(new int[] {model.tokenizer().bos(), 300, 400});
            assertNothingAllocated(() -> {
                sequence.rewind(3);
                sequence.append(500);
                sequence.append(600);
            });
        }
    }

    @Test
    void choicesAmongManyLogits() {
        float[] logits = new float[2000];
        Random random = new Random(3);
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) random.nextGaussian();
        }
        try (Model model = Myna.loadTextOnly(
                Path.of("../models-manifest/nano/nano.gguf"),
                ModelOptions.builder().threads(2).build())) {
            GenerationOptions options = GenerationOptions.builder()
                    .temperature(0.8f)
                    .topK(40)
                    .topP(0.95f)
                    .build();
            Sampler sampler = new Sampler(options, model.tokenizer());
            assertNothingAllocated(() -> sampler.next(logits));
        }
    }

    @Test
    void rowsAndElements() {
        try (RandomOperands operands = new RandomOperands(Devices.cpu(2))) {
            Device device = operands.device();
            // Wide enough that the workers are woken.
            int width = 1 << 16;
            Buffer x = operands.rows(1, width);
            Buffer y = operands.rows(1, width);
            Norm norm = new Norm(operands.vector(width), 1e-5f);
            Weight table = device.load(operands.matrix(TensorType.F16, 2, width));
            int[] ids = {1};
            assertNothingAllocated(() -> {
                device.matrices().embed(table, ids, 0, x, 1);
                device.norms().rmsNorm(norm, x, x, 1);
                device.elementwise().add(x, y, 1);
                device.elementwise().siluMul(x, y, 1);
                device.elementwise().activate(Activation.QUICK_GELU, x, 1);
                device.copy(x, y, 1);
            });
        }
    }

    /**
     * Runs until compiled; then some stretch must be free of allocation on this thread and the engine's workers. Other threads of
     * the JVM, such as the test runner's own, are not measured.
     */
    private static void assertNothingAllocated(Runnable step) {
        long least = Long.MAX_VALUE;
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (least > 0 && System.nanoTime() < deadline) {
            for (int i = 0; i < 100; i++) {
                step.run();
            }
            long[] ids = measuredThreads();
            long before = allocated(ids);
            long overhead = allocated(ids) - before;
            long start = allocated(ids);
            for (int i = 0; i < 10; i++) {
                step.run();
            }
            // The overhead varies: less than it is nothing, too.
            least = Math.min(least, Math.max(0, allocated(ids) - start - overhead));
        }
        assertEquals(0, least, "bytes in ten steps");
    }

    private static long[] measuredThreads() {
        Thread[] all = new Thread[Thread.activeCount() + 64];
        int count = Thread.enumerate(all);
        return Arrays.stream(all, 0, count)
                .filter(thread ->
                        thread == Thread.currentThread() || thread.getName().startsWith("myna-"))
                .mapToLong(Thread::threadId)
                .toArray();
    }

    private static long allocated(long[] ids) {
        long bytes = 0;
        for (long id : ids) {
            bytes += Math.max(0, THREADS.getThreadAllocatedBytes(id));
        }
        return bytes;
    }
}
