// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.text.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Rendered prompts as text. */
final class PromptTexts {
    private PromptTexts() {}

    /** Each piece as text, with special tokens spelled out and images as their number. */
    static List<String> of(Tokenizer tokenizer, List<PromptPiece> pieces) {
        List<String> texts = new ArrayList<>();
        for (PromptPiece piece : pieces) {
            switch (piece) {
                case PromptPiece.Image image -> texts.add("#" + image.index());
                case PromptPiece.Tokens tokens -> texts.add(text(tokenizer, tokens.ids()));
            }
        }
        return texts;
    }

    private static String text(Tokenizer tokenizer, int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            byte[] each = tokenizer.bytes(id);
            bytes.writeBytes(each.length > 0 ? each : tokenizer.piece(id).getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
