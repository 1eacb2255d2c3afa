// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.cli.options.LanguageConverter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What may be typed in a conversation besides questions: the one list for {@code chat --help}, {@code /help} and completion. */
enum ChatCommands {
    IMAGE("/image", "FILE", "add an image to the next question (several: /image a.png b.png)"),
    IMAGES("/images", "", "list the images of the conversation"),
    LANG("/lang", "CODE", "language of image descriptions: " + LanguageConverter.codes()),
    SYSTEM("/system", "TEXT", "set the system prompt; without TEXT, show it; /system off: the format's own"),
    SET("/set", "NAME VALUE", "change a sampling option, as in /set temp 0.7; without NAME, show all"),
    STATS("/stats", "", "times of the last answer, and how full the context is"),
    REGEN("/regen", "", "answer the last question again"),
    UNDO("/undo", "", "take the last question and its answer back"),
    THOUGHTS("/thoughts", "", "show the reasoning before the last answer"),
    SAVE("/save", "FILE", "write the conversation to a file (JSON; images by their names)"),
    LOAD("/load", "FILE", "go on with a conversation from a file"),
    CLEAR("/clear", "", "forget the conversation"),
    HELP("/help", "", "show this list"),
    EXIT("/exit", "", "leave (or Ctrl-D, or Ctrl-C twice)");

    /** What holds besides commands. */
    private static final List<String> NOTES =
            List.of("An empty question asks for a description of the images. Ctrl-C stops an answer at any moment.");

    private final String word;
    private final String argument;
    private final String meaning;

    ChatCommands(String word, String argument, String meaning) {
        this.word = word;
        this.argument = argument;
        this.meaning = meaning;
    }

    String word() {
        return word;
    }

    /** All words, for completion. */
    static List<String> words() {
        return Arrays.stream(values()).map(ChatCommands::word).toList();
    }

    /** A line for each command, and notes. */
    static List<String> help() {
        int width = Arrays.stream(values())
                .mapToInt(each -> each.usage().length())
                .max()
                .orElse(0);
        List<String> lines = new ArrayList<>();
        for (ChatCommands each : values()) {
            lines.add(each.usage() + " ".repeat(width - each.usage().length() + 2) + each.meaning);
        }
        lines.addAll(NOTES);
        return lines;
    }

    private String usage() {
        return argument.isEmpty() ? word : word + " " + argument;
    }
}
