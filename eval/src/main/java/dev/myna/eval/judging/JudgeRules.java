// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judging;

import dev.myna.eval.EvalException;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * How to judge. A file of rules is text: the paragraph before the first empty line says what the judge is, and what follows is the rule,
 * which ends each request.
 *
 * @param name of the rules, with their version: part of results
 * @param system what the judge is
 * @param rule what to look at, and how to write scores
 */
public record JudgeRules(String name, String system, String rule) {
    private static final int MAX_BYTES = 1 << 20;
    private static final int DIGEST_CHARACTERS = 12;

    /** What a judge compares. Each kind has rules of our own wording. */
    public enum Kind {
        /** An answer and a reference get a score from 1 to 10 each: PALO's and Pangea's LLaVA-Bench. */
        PAIR("pair-1"),
        /** An answer gets a score from 1 to 5 by a rubric: xChatBench. */
        RUBRIC("rubric-1");

        private final String rules;

        Kind(String rules) {
            this.rules = rules;
        }

        /** Name of the rules that come with Myna. */
        public String rules() {
            return rules;
        }
    }

    /** The rules that come with Myna. */
    public static JudgeRules of(Kind kind) {
        try (InputStream in = JudgeRules.class.getResourceAsStream(kind.rules() + ".txt")) {
            return parse(kind.rules(), kind.rules(), in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException("the rules " + kind.rules() + " cannot be read", e);
        }
    }

    /**
     * The rules of a file. Their name is that of the file with a part of its SHA-256: other text is another rule.
     *
     * @throws EvalException if it is no such file
     */
    public static JudgeRules read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new EvalException(file + ": no such file with rules for the judge");
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new EvalException(file + ": rules for the judge have at most " + (MAX_BYTES >> 20) + " MiB");
        }
        byte[] bytes = Files.readAllBytes(file);
        String name = file.getFileName() + "/" + digest(bytes).substring(0, DIGEST_CHARACTERS);
        return parse(file.toString(), name, bytes);
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JudgeRules parse(String where, String name, byte[] bytes) {
        String text;
        try {
            text = Text.decode(bytes).replace("\r\n", "\n").strip();
        } catch (CharacterCodingException e) {
            throw new EvalException(where + ": rules for the judge are text in UTF-8", e);
        }
        int end = text.indexOf("\n\n");
        if (end < 0) {
            throw new EvalException(where
                    + ": one paragraph; expected a paragraph that says what the judge is, an empty line, the rule");
        }
        return new JudgeRules(
                name, text.substring(0, end).strip(), text.substring(end).strip());
    }
}
