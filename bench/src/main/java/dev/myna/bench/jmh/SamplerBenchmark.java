// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.jmh;

import dev.myna.bench.generate.GeneratedFileType;
import dev.myna.bench.generate.SyntheticVocabulary;
import dev.myna.bench.generate.TextModelWriter;
import dev.myna.bench.generate.TextShape;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.sampling.Sampler;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Tokenizers;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Choosing a token among the 152,064 logits of a Qwen2 model. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class SamplerBenchmark {
    private static final TextShape TINY = new TextShape(
            "qwen2",
            1,
            64,
            1,
            1,
            64,
            1e-6f,
            1e6f,
            null,
            SyntheticVocabulary.Kind.QWEN2_BPE,
            151646,
            152064,
            TextShape.Head.OWN,
            64);
    private static final int BEST = 40;

    /** Ways to choose; the last is llama.cpp's default chain. */
    public enum Choice {
        GREEDY(GenerationOptions.greedy()),
        TOP_K(GenerationOptions.builder().temperature(0.8f).topK(BEST).build()),
        TOP_P(GenerationOptions.builder().temperature(0.8f).topP(0.95f).build()),
        ALL(GenerationOptions.builder().temperature(0.8f).build()),
        CHAIN(GenerationOptions.builder()
                .temperature(0.8f)
                .topK(BEST)
                .topP(0.95f)
                .build());

        final GenerationOptions options;

        Choice(GenerationOptions options) {
            this.options = options;
        }
    }

    @Param
    public Choice choice;

    private float[] logits;
    private Sampler sampler;

    /** Makes logits that fall off like a model's, and checks what is chosen from them. */
    @Setup(Level.Trial)
    public void setUp() throws IOException {
        Tokenizer tokenizer = tokenizer();
        SplittableRandom random = new SplittableRandom(3);
        logits = new float[TINY.vocabularyRows()];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (3 * random.nextGaussian());
        }
        sampler = new Sampler(choice.options, tokenizer);
        check(tokenizer);
    }

    @Benchmark
    public int choose() {
        return sampler.next(logits);
    }

    /** One with Qwen2's number of tokens. */
    static Tokenizer tokenizer() throws IOException {
        Path file = Files.createTempFile("sampler", ".gguf");
        try {
            TextModelWriter.write(file, TINY, new GeneratedFileType.Uniform(TensorType.Q8_0), 1);
            try (GgufFile model = GgufFile.open(file)) {
                return Tokenizers.load(model);
            }
        } finally {
            Files.delete(file);
        }
    }

    /** Compares with sorting everything. */
    private void check(Tokenizer tokenizer) {
        int[] best = IntStream.range(0, tokenizer.size())
                .filter(tokenizer::isUsable)
                .boxed()
                .sorted((a, b) -> Float.compare(logits[b], logits[a]))
                .mapToInt(Integer::intValue)
                .toArray();
        int allowed = switch (choice) {
            case GREEDY -> 1;
            case TOP_K, CHAIN -> BEST;
            case TOP_P -> mass(best, 0.95);
            case ALL -> best.length;
        };
        for (int i = 0; i < 100; i++) {
            int token = sampler.next(logits);
            if (Arrays.stream(best, 0, allowed).noneMatch(id -> id == token)) {
                throw new IllegalStateException(
                        choice + " chose token " + token + ", which is not one of the best " + allowed);
            }
        }
    }

    private int mass(int[] best, double share) {
        double max = logits[best[0]];
        double goal = share
                * Arrays.stream(best)
                        .mapToDouble(id -> Math.exp(logits[id] - max))
                        .sum();
        double sum = 0;
        int count = 0;
        while (sum < goal) {
            sum += Math.exp(logits[best[count++]] - max);
        }
        return count;
    }
}
