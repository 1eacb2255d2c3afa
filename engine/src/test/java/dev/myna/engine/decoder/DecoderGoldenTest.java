// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.TestDevice;
import dev.myna.engine.family.Families;
import dev.myna.kernels.Batch;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.Device;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.devices.Devices;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.Numbers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.jr.ob.JSON;

/** Decoder logits equal a float64 forward pass on the same dequantized weights, for every tensor type. */
@NeedsGolden
class DecoderGoldenTest {

    /** Bound of the relative L2 error with f32 activations and any weight type (docs/precision.md). */
    private static final double TOLERANCE = 1e-5;

    /** The same with a Q8_0 cache (docs/precision.md). */
    private static final double EIGHT_BIT_CACHE_BOUND = 0.05;

    /** The same with int8 activations in blocks of 32 (docs/precision.md). */
    private static final double EIGHT_BIT_ACTIVATIONS_BOUND = 0.03;

    static Stream<String> models() throws IOException {
        try (Stream<Path> files = Files.list(Golden.path("llamacpp/text"))) {
            return files
                    .map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".gguf"))
                    .map(name -> name.substring(0, name.length() - ".gguf".length()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void logitsOfOneBatchEqualFloat64(String name) throws IOException {
        logitsOfOneBatchEqualFloat64(TestDevice.VECTOR, name);
    }

    @NeedsOpenCl
    @ParameterizedTest
    @MethodSource("models")
    void logitsOfOneBatchEqualFloat64OnOpenCl(String name) throws IOException {
        logitsOfOneBatchEqualFloat64(TestDevice.OPENCL, name);
    }

    private static void logitsOfOneBatchEqualFloat64(TestDevice device, String name) throws IOException {
        int[] tokens = tokens(name);
        float[] expected = Golden.floats("llamacpp/text/" + name + ".ref64.f32");
        try (Run run = new Run(name, tokens.length, tokens.length, TensorType.F32, device.open())) {
            float[] actual = run.logitsAtEveryPosition(tokens);
            double error = Numbers.relativeL2(expected, actual);
            assertTrue(error <= TOLERANCE, name + ": relative L2 " + error);
        }
    }

    /** Machine code rounds activations to 8 bits, in blocks of 32, where weights are quantized. */
    @ParameterizedTest
    @MethodSource("models")
    void machineCodeStaysWithinTheBoundOfEightBitActivations(String name) throws IOException {
        int[] tokens = tokens(name);
        float[] expected = Golden.floats("llamacpp/text/" + name + ".ref64.f32");
        double bound = List.of("F32", "F16", "BF16").contains(name.substring(name.indexOf('-') + 1))
                ? TOLERANCE
                : EIGHT_BIT_ACTIVATIONS_BOUND;
        for (int rows : new int[] {1, tokens.length}) {
            try (Run run = new Run(name, tokens.length, rows, TensorType.F32, Devices.cpu(2, CpuKernels.JIT))) {
                double error = Numbers.relativeL2(expected, run.logitsAtEveryPosition(tokens));
                assertTrue(error <= bound, name + ", " + rows + " rows a batch: relative L2 " + error);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 47})
    void logitsDoNotDependOnHowThePromptIsCut(int rows) throws IOException {
        logitsDoNotDependOnHowThePromptIsCut(TestDevice.VECTOR, rows);
    }

    @NeedsOpenCl
    @ParameterizedTest
    @ValueSource(ints = {1, 5, 47})
    void logitsDoNotDependOnHowThePromptIsCutOnOpenCl(int rows) throws IOException {
        logitsDoNotDependOnHowThePromptIsCut(TestDevice.OPENCL, rows);
    }

    private static void logitsDoNotDependOnHowThePromptIsCut(TestDevice device, int rows) throws IOException {
        int[] tokens = tokens("qwen2-F32");
        float[] expected = Golden.floats("llamacpp/text/qwen2-F32.ref64.f32");
        try (Run run = new Run("qwen2-F32", tokens.length, rows, TensorType.F32, device.open())) {
            double error = Numbers.relativeL2(expected, run.logitsAtEveryPosition(tokens));
            assertTrue(error <= TOLERANCE, rows + " rows a batch: relative L2 " + error);
        }
    }

    @Test
    void f16CacheStaysWithinItsRounding() throws IOException {
        f16CacheStaysWithinItsRounding(TestDevice.VECTOR);
    }

    @NeedsOpenCl
    @Test
    void f16CacheStaysWithinItsRoundingOnOpenCl() throws IOException {
        f16CacheStaysWithinItsRounding(TestDevice.OPENCL);
    }

    private static void f16CacheStaysWithinItsRounding(TestDevice device) throws IOException {
        int[] tokens = tokens("llama-F32");
        float[] expected = Golden.floats("llamacpp/text/llama-F32.ref64.f32");
        try (Run run = new Run("llama-F32", tokens.length, 16, TensorType.F16, device.open())) {
            double error = Numbers.relativeL2(expected, run.logitsAtEveryPosition(tokens));
            // About 6e-4 is expected of an F16 cache (docs/precision.md).
            assertTrue(error <= 1.2e-3 && error > TOLERANCE, "relative L2 " + error);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-F32", "qwen2-F32"})
    void eightBitCacheStaysWithinItsBound(String name) throws IOException {
        eightBitCacheStaysWithinItsBound(TestDevice.VECTOR, name);
    }

    @NeedsOpenCl
    @ParameterizedTest
    @ValueSource(strings = {"llama-F32", "qwen2-F32"})
    void eightBitCacheStaysWithinItsBoundOnOpenCl(String name) throws IOException {
        eightBitCacheStaysWithinItsBound(TestDevice.OPENCL, name);
    }

    private static void eightBitCacheStaysWithinItsBound(TestDevice device, String name) throws IOException {
        int[] tokens = tokens(name);
        float[] expected = Golden.floats("llamacpp/text/" + name + ".ref64.f32");
        try (Run eight = new Run(name, tokens.length, 16, TensorType.Q8_0, device.open());
                Run sixteen = new Run(name, tokens.length, 16, TensorType.F16, device.open())) {
            double error = Numbers.relativeL2(expected, eight.logitsAtEveryPosition(tokens));
            double half = Numbers.relativeL2(expected, sixteen.logitsAtEveryPosition(tokens));
            assertTrue(
                    error < EIGHT_BIT_CACHE_BOUND && error > half, name + ": relative L2 " + error + ", F16 " + half);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2"})
    void greedyContinuationEqualsReferenceTokens(String architecture) throws IOException {
        greedyContinuationEqualsReferenceTokens(TestDevice.VECTOR, architecture);
    }

    @NeedsOpenCl
    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2"})
    void greedyContinuationEqualsReferenceTokensOnOpenCl(String architecture) throws IOException {
        greedyContinuationEqualsReferenceTokens(TestDevice.OPENCL, architecture);
    }

    private static void greedyContinuationEqualsReferenceTokens(TestDevice device, String architecture)
            throws IOException {
        for (Object each : list("llamacpp/text/" + architecture + "-greedy.json")) {
            Map<?, ?> golden = (Map<?, ?>) each;
            int[] prompt = ints(golden.get("prompt"));
            int[] expected = ints(golden.get("ids"));
            try (Run run = new Run(
                    architecture + "-F32",
                    prompt.length + expected.length,
                    prompt.length,
                    TensorType.F32,
                    device.open())) {
                assertArrayEquals(expected, run.greedy(prompt, expected.length));
            }
        }
    }

    /** A decoder with one sequence. */
    private static final class Run implements AutoCloseable {
        final GgufFile file;
        final Device device;
        final Arena arena = Arena.ofShared();
        final Decoder decoder;
        final Decoder.Scratch scratch;
        final KvCache cache;
        final Batch batch;
        int position;

        /** Closes the device. */
        Run(String name, int capacity, int rows, TensorType cacheType, Device device) {
            this.device = device;
            file = GgufFile.open(Golden.path("llamacpp/text/" + name + ".gguf"));
            DecoderConfig config = Families.decoderConfig(file);
            decoder = new Decoder(
                    config, DecoderWeights.load(file, config, LayerPlacement.on(device)), LayerPlacement.on(device));
            scratch = decoder.new Scratch(arena, rows);
            cache = decoder.newCache(arena, capacity, cacheType, cacheType);
            batch = new Batch(rows);
        }

        int forward(int[] ids, int offset, int n) {
            batch.clear();
            decoder.embed(ids, offset, scratch.x(), n);
            for (int i = 0; i < n; i++) {
                batch.add(cache, position++);
            }
            decoder.forward(scratch, batch);
            return n;
        }

        int[] greedy(int[] prompt, int count) {
            float[] logits = new float[decoder.vocabulary()];
            int[] ids = new int[count];
            int last = forward(prompt, 0, prompt.length) - 1;
            for (int i = 0; i < count; i++) {
                decoder.logits(scratch, last, logits);
                for (int id = 1; id < logits.length; id++) {
                    ids[i] = logits[id] > logits[ids[i]] ? id : ids[i];
                }
                forward(ids, i, 1);
                last = 0;
            }
            return ids;
        }

        float[] logitsAtEveryPosition(int[] ids) {
            float[] all = new float[ids.length * decoder.vocabulary()];
            float[] one = new float[decoder.vocabulary()];
            for (int from = 0; from < ids.length; from += scratch.rows()) {
                int n = forward(ids, from, Math.min(scratch.rows(), ids.length - from));
                for (int i = 0; i < n; i++) {
                    decoder.logits(scratch, i, one);
                    System.arraycopy(one, 0, all, (from + i) * one.length, one.length);
                }
            }
            return all;
        }

        @Override
        public void close() {
            arena.close();
            device.close();
            file.close();
        }
    }

    private static int[] tokens(String name) throws IOException {
        String architecture = name.substring(0, name.indexOf('-'));
        return ints(list("llamacpp/text/" + architecture + "-tokens.json"));
    }

    private static List<?> list(String file) throws IOException {
        return (List<?>) JSON.std.anyFrom(Files.readString(Golden.path(file)));
    }

    private static int[] ints(Object list) {
        return ((List<?>) list)
                .stream().mapToInt(value -> ((Number) value).intValue()).toArray();
    }
}
