// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Tokenizers;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.testing.Golden;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.jr.ob.JSON;

/** What the tests of this package share. */
final class Texts {
    private Texts() {}

    /** Whether a grammar allows exactly this text. */
    static boolean matches(Grammar grammar, String text) {
        State state = state(grammar, text.getBytes(StandardCharsets.UTF_8));
        return state != null && state.accepting();
    }

    /** Whether some text of the grammar begins like this. */
    static boolean begins(Grammar grammar, byte[] bytes) {
        return state(grammar, bytes) != null;
    }

    private static State state(Grammar grammar, byte[] bytes) {
        Automaton automaton = new Automaton(grammar.program());
        automaton.refuel();
        State state = automaton.start(false);
        for (int i = 0; i < bytes.length && state != null; i++) {
            automaton.refuel();
            state = automaton.next(state, bytes[i]);
        }
        return state;
    }

    /** A grammar for a JSON schema in JSON. */
    static Grammar schema(String json) {
        return Grammar.jsonSchema(map(json));
    }

    static Map<String, Object> map(String json) {
        try {
            return JSON.std.mapFrom(json);
        } catch (RuntimeException e) {
            throw new AssertionError(json, e);
        }
    }

    /** A tokenizer of a released model, for tests that are marked {@link dev.myna.testing.NeedsGolden}. */
    static Tokenizer golden(String name) {
        try (GgufFile file = GgufFile.open(Golden.path("vocab/" + name))) {
            return Tokenizers.load(file);
        }
    }
}
