// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.jmh;

import dev.myna.engine.grammar.Grammar;
import dev.myna.engine.grammar.GrammarMask;
import dev.myna.engine.grammar.TokenTrie;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Tokenizers;
import dev.myna.loaders.gguf.GgufFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
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

/** Finding the tokens that a grammar allows next, at places that JSON answers come through. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class GrammarMaskBenchmark {
    private static final Grammar JSON = Grammar.json();
    private static final Grammar SCHEMA = Grammar.jsonSchema(Map.of(
            "properties", Map.of("name", Map.of("type", "string", "maxLength", 100)), "required", List.of("name")));

    /** Where the answer has come to. */
    public enum Place {
        KEY(JSON, "{\""),
        VALUE(JSON, "{\"a\":"),
        STRING(JSON, "{\"a\": \"b"),
        NUMBER(JSON, "{\"a\": 1"),
        PROPERTY(SCHEMA, "{"),
        LIMITED_STRING(SCHEMA, "{\"name\": \"b");

        final Grammar grammar;
        final String text;

        Place(Grammar grammar, String text) {
            this.grammar = grammar;
            this.text = text;
        }
    }

    @Param
    public Place place;

    /** A GGUF file with a tokenizer, or the layout of Qwen2's with other letters. */
    @Param("synthetic")
    public String vocabulary;

    private Tokenizer tokenizer;
    private TokenTrie trie;
    private int[] begun;
    private float[] scores;
    private GrammarMask mask;

    /** Begins an answer, and checks what is allowed next. */
    @Setup(Level.Trial)
    public void setUp() throws IOException {
        if (vocabulary.equals("synthetic")) {
            tokenizer = SamplerBenchmark.tokenizer();
        } else {
            try (GgufFile file = GgufFile.open(Path.of(vocabulary))) {
                tokenizer = Tokenizers.load(file);
            }
        }
        trie = new TokenTrie(tokenizer);
        begun = tokenizer.encode(place.text, Tokenizer.Specials.PLAIN);
        scores = new float[tokenizer.size()];
        mask = begin();
        check();
    }

    /** For a place an answer has not been at: the first token of each string, for example. */
    @Benchmark
    public float[] newPlace() {
        begin().apply(scores, scores.length);
        return scores;
    }

    /** For a place it has been at: the other tokens of the string. */
    @Benchmark
    public float[] knownPlace() {
        mask.apply(scores, scores.length);
        return scores;
    }

    /** Once per model. */
    @Benchmark
    public TokenTrie tree() {
        return new TokenTrie(tokenizer);
    }

    private GrammarMask begin() {
        GrammarMask begin = place.grammar.mask(trie);
        for (int id : begun) {
            begin.accept(id);
        }
        return begin;
    }

    /** Tries tokens one by one. */
    private void check() {
        Arrays.fill(scores, 0);
        mask.apply(scores, scores.length);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 2000; i++) {
            int id = random.nextInt(scores.length);
            if (tokenizer.isEndOfGeneration(id)) {
                continue;
            }
            boolean accepted = true;
            try {
                begin().accept(id);
            } catch (IllegalArgumentException e) {
                accepted = false;
            }
            if (accepted != (scores[id] == 0)) {
                throw new IllegalStateException(place + ": token " + id + " is " + (accepted ? "" : "not ")
                        + "accepted, but its score says otherwise");
            }
        }
    }
}
