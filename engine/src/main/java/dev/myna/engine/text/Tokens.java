// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;

/** What both tokenizers share about single tokens. */
final class Tokens {
    private static final String HTML = "</s>";

    private static final List<String> ENDS = List.of(
            "<|im_end|>",
            "<|endoftext|>",
            HTML,
            "<|eot_id|>",
            "<|end_of_text|>",
            "<|eom_id|>",
            "<eos>",
            "<end_of_turn>",
            "<end_of_utterance>",
            "<|END_OF_TURN_TOKEN|>",
            "<|END_RESPONSE|>");

    private final Vocabulary vocabulary;
    private final PieceTable table;
    private final SpecialTokens specials;
    private final int[] byteTokens;
    private final BitSet ends = new BitSet();

    Tokens(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
        table = new PieceTable(vocabulary.pieces(), vocabulary.types());
        specials = new SpecialTokens(vocabulary);
        byteTokens = vocabulary.byteTokens();
        if (vocabulary.eos() >= 0) {
            ends.set(vocabulary.eos());
        }
        for (int id : vocabulary.ends()) {
            ends.set(id);
        }
        // Qwen2 has an ordinary token with the text </s>, and Gemma a user-defined one, which is HTML.
        for (String name : ENDS) {
            int id = specials.find(Utf8.bytes(name));
            if (id >= 0 && (!name.equals(HTML) || vocabulary.types()[id] != TokenType.USER_DEFINED)) {
                ends.set(id);
            }
        }
    }

    PieceTable table() {
        return table;
    }

    SpecialTokens specials() {
        return specials;
    }

    /** Id of the {@code <0xNN>} token of a byte, or -1. */
    int byteToken(int value) {
        return byteTokens[value];
    }

    int id(String piece) {
        byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
        int id = specials.find(bytes);
        if (id < 0) {
            id = table.find(bytes);
        }
        int value = id < 0 ? Vocabulary.byteValue(bytes) : -1;
        return value < 0 ? id : byteTokens[value];
    }

    String piece(int id) {
        return new String(vocabulary.pieces()[id], StandardCharsets.UTF_8);
    }

    boolean isEndOfGeneration(int id) {
        return id >= 0 && ends.get(id);
    }

    boolean isUsable(int id) {
        return id >= 0 && id < vocabulary.size() && !vocabulary.isUnused(id);
    }
}
