// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

/** The numbers of {@code tokenizer.ggml.token_type} (docs/spec/tokenizers.md 1). */
final class TokenType {
    /** The file does not say. */
    static final int UNDEFINED = 0;

    static final int NORMAL = 1;
    static final int UNKNOWN = 2;
    static final int CONTROL = 3;
    static final int USER_DEFINED = 4;
    static final int UNUSED = 5;
    static final int BYTE = 6;

    private TokenType() {}

    /** Whether raw text may merge into tokens of this type. */
    static boolean isText(int type) {
        return type == NORMAL || type == USER_DEFINED;
    }

    /** Whether tokens of this type are cut out of the text before it is tokenized. */
    static boolean isSpecial(int type) {
        return type == CONTROL || type == UNKNOWN || type == USER_DEFINED;
    }
}
