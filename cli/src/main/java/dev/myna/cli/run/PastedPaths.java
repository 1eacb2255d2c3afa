// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.cli.system.UserPath;
import dev.myna.engine.error.RequestException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * File names as terminals paste them when a file is dropped: bare, in quotes, or with a backslash before each blank, as in a POSIX
 * shell (XCU 2.2, Quoting). Several files are several words.
 */
public final class PastedPaths {
    private PastedPaths() {}

    /** The names in {@code text}, at least one. A text that is an existing file, or has an open quote, is one name. */
    public static List<String> of(String text) {
        if (isFile(text)) {
            return List.of(text);
        }
        List<String> words = words(text);
        // Blanks that no quote protects belong to a name, unless the words are files.
        boolean several = words.size() > 1 && words.stream().allMatch(PastedPaths::isFile);
        return words.size() == 1 || several ? words : List.of(text);
    }

    private static boolean isFile(String text) {
        try {
            return !text.isEmpty() && Files.exists(UserPath.of(text));
        } catch (RequestException e) {
            return false;
        }
    }

    /** The words of a shell's line; none if a quote is not closed. */
    private static List<String> words(String text) {
        // A drive letter: backslashes separate folders.
        boolean escapes = !text.matches("[\"']?[A-Za-z]:\\\\.*");
        List<String> words = new ArrayList<>();
        StringBuilder word = null;
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean last = i + 1 == text.length();
            if (quote == 0 && Character.isWhitespace(c)) {
                if (word != null) {
                    words.add(word.toString());
                    word = null;
                }
                continue;
            }
            word = word == null ? new StringBuilder() : word;
            if (c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
            } else if (c == '\\' && escapes && !last && isEscape(quote, text.charAt(i + 1))) {
                i++;
                word.append(text.charAt(i));
            } else {
                word.append(c);
            }
        }
        if (quote != 0) {
            return List.of();
        }
        if (word != null) {
            words.add(word.toString());
        }
        return words;
    }

    /** Between single quotes a backslash is itself, between double ones it stands only before a few. */
    private static boolean isEscape(char quote, char next) {
        return quote == 0 || quote == '"' && "\"\\$`".indexOf(next) >= 0;
    }
}
