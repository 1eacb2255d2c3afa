// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import dev.myna.engine.error.GrammarException;
import dev.myna.engine.grammar.rules.GbnfParser;
import dev.myna.engine.grammar.rules.RuleSet;
import dev.myna.engine.grammar.rules.Work;
import dev.myna.engine.grammar.schema.SchemaCompiler;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.tools.Tool;
import dev.myna.engine.tools.ToolFormat;
import java.util.List;
import java.util.Map;

/**
 * What texts an answer may be. Immutable and thread-safe.
 *
 * <p>Making one takes bounded work, less than a second; interrupting the thread that makes it ends it with a
 * {@link GrammarException}, and the thread stays interrupted.
 */
public final class Grammar {
    private final Program program;

    Grammar(RuleSet rules) {
        program = ProgramCompiler.compile(rules);
    }

    /**
     * A grammar in llama.cpp's notation GBNF, whose rule {@code root} is the whole text.
     *
     * @throws GrammarException if it is not well-formed, refers to rules that are not defined, begins a rule with itself,
     *     or is too large; the message names line and column
     */
    public static Grammar gbnf(String text) {
        return new Grammar(GbnfParser.parse(text, new Work()));
    }

    /** Any JSON object. */
    public static Grammar json() {
        return jsonSchema(Map.of("type", "object"));
    }

    /**
     * JSON values that satisfy a schema.
     *
     * @param schema as parsed from JSON: {@code Map}, {@code List}, {@code String}, {@code Number}, {@code Boolean}, null;
     *     properties are written in the map's order, which {@code Map.of} does not have
     * @throws GrammarException if the schema asks for what is not supported; the message names the keyword's JSON pointer
     */
    public static Grammar jsonSchema(Map<String, Object> schema) {
        return new Grammar(SchemaCompiler.compile(schema, new Work()));
    }

    /**
     * Calls as a model of a format writes them, from behind what opens them to the end of the answer: arguments satisfy their schemas as
     * far as these and the notation allow it.
     *
     * @param format how calls are written
     * @param tools what may be called, at least one
     * @param many whether there may be more than one call
     * @param opened whether the answer goes on behind the opening mark; else the mark is part of the text
     */
    public static Calls calls(ToolFormat format, List<Tool> tools, boolean many, boolean opened) {
        CallGrammar compiler = new CallGrammar(format, tools, new Work());
        return new Calls(new Grammar(compiler.rules(many, opened)), compiler.loose());
    }

    /**
     * A grammar of calls.
     *
     * @param loose names of tools whose schemas ask for what is not supported: their arguments are any object
     */
    public record Calls(Grammar grammar, List<String> loose) {
        public Calls {
            loose = List.copyOf(loose);
        }
    }

    Program program() {
        return program;
    }

    /** The state of a new answer. Builds a {@link TokenTrie}: keep that, and use {@link #mask(TokenTrie)}. */
    public GrammarMask mask(Tokenizer tokenizer) {
        return mask(new TokenTrie(tokenizer));
    }

    /** The state of a new answer whose tokens are those of {@code trie}. */
    public GrammarMask mask(TokenTrie trie) {
        return mask(trie, new int[0], new int[0]);
    }

    /**
     * As {@link #mask(TokenTrie)}.
     *
     * @param spelled control tokens that stand for what they are called
     * @param ends tokens that end the text, beside the vocabulary's
     */
    public GrammarMask mask(TokenTrie trie, int[] spelled, int[] ends) {
        return new GrammarMask(program, trie, spelled, ends);
    }
}
