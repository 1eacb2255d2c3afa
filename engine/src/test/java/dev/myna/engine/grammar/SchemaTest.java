// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.myna.engine.text.SmallVocabularies;
import dev.myna.testing.NeedsGolden;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What comes out under a schema satisfies it, by the judgement of a schema validator. */
class SchemaTest {
    private static final TokenTrie SPM = new TokenTrie(SmallVocabularies.spm());
    private static final TokenTrie BPE = new TokenTrie(SmallVocabularies.bpe());

    static List<SchemaCases.Case> cases() {
        return SchemaCases.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void texts(SchemaCases.Case example) {
        Grammar grammar = Texts.schema(example.schema());
        for (String text : example.allowed()) {
            assertTrue(Texts.matches(grammar, text), () -> "should be allowed: " + text);
            assertEquals(List.of(), problems(example.schema(), text), text);
        }
        for (String text : example.refused()) {
            assertFalse(Texts.matches(grammar, text), () -> "should not be allowed: " + text);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void randomAnswersSatisfyTheSchema(SchemaCases.Case example) {
        Grammar grammar = Texts.schema(example.schema());
        for (TokenTrie trie : List.of(SPM, BPE)) {
            for (long seed = 0; seed < 10; seed++) {
                String text = RandomWalk.text(new RandomWalk(trie, seed).run(grammar));
                assertEquals(List.of(), problems(example.schema(), text), () -> text);
            }
        }
    }

    @NeedsGolden
    @Test
    void randomAnswersWithReleasedVocabularies() {
        SchemaCases.Case[] all = SchemaCases.all().toArray(SchemaCases.Case[]::new);
        for (String name : List.of("llama-spm.gguf", "qwen2.gguf")) {
            TokenTrie trie = new TokenTrie(Texts.golden(name));
            for (int i = 0; i < all.length; i += 3) {
                Grammar grammar = Texts.schema(all[i].schema());
                String schema = all[i].schema();
                String text = RandomWalk.text(new RandomWalk(trie, i).run(grammar));
                assertEquals(List.of(), problems(schema, text), () -> schema + ": " + text);
            }
            for (long seed = 0; seed < 5; seed++) {
                String text = RandomWalk.text(new RandomWalk(trie, seed).run(Grammar.json()));
                assertTrue(JsonChecker.isObject(text), text);
            }
        }
    }

    @Test
    void randomObjects() {
        for (TokenTrie trie : List.of(SPM, BPE)) {
            for (long seed = 0; seed < 40; seed++) {
                String text = RandomWalk.text(new RandomWalk(trie, seed).run(Grammar.json()));
                assertTrue(JsonChecker.isObject(text), text);
                Texts.map(text);
            }
        }
    }

    private static List<String> problems(String schema, String text) {
        // The validator does not know OpenAPI's keyword.
        if (schema.contains("\"nullable\"") && text.strip().equals("null")) {
            return List.of();
        }
        Schema validator = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema);
        return validator
                .validate(
                        text,
                        InputFormat.JSON,
                        context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Object::toString)
                .toList();
    }
}
