// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.launch.WarmUp;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.Interruption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;

/** Help and manual of every command, letter by letter where people look. */
class HelpTest {
    /** What may stand alone: a heading, or a language's or option's name that has its line for itself. */
    private static final String HEADING = "[A-Z][A-Za-z, ]*:";

    private static List<CommandLine> all(int width) {
        CommandLine root = Commands.parser(new CommandContext(null, new Interruption(), WarmUp.NONE, Map.of()));
        List<CommandLine> all = new ArrayList<>(root.getSubcommands().values());
        all.add(root);
        HelpLayout layout = new HelpLayout(width);
        all.forEach(layout::install);
        return all;
    }

    @ParameterizedTest
    @ValueSource(ints = {72, 80, 100})
    void everyHelpLineFitsAndHasMoreThanOneWord(int width) {
        for (CommandLine command : all(width)) {
            String help = command.getUsageMessage(Ansi.OFF);
            for (String line : help.lines().toList()) {
                String where = command.getCommandName() + " at " + width + ": [" + line + "]\n" + help;
                assertTrue(line.length() <= width, where);
                assertEquals(line.stripTrailing(), line, where);
                boolean alone = !line.isBlank()
                        && !line.strip().contains(" ")
                        && !line.strip().matches(HEADING);
                assertFalse(alone && !line.strip().startsWith("-"), where);
            }
            for (OptionSpec option : command.getCommandSpec().options()) {
                assertTrue(option.hidden() || help.contains(option.longestName()), option.longestName() + "\n" + help);
            }
        }
    }

    @Test
    void coloursDoNotChangeTheLayout() {
        for (CommandLine command : all(80)) {
            String plain = command.getUsageMessage(Ansi.OFF);
            String coloured = command.getUsageMessage(Ansi.ON);
            assertTrue(coloured.contains("\u001b["), coloured);
            assertEquals(
                    plain.lines().toList(),
                    coloured.replaceAll("\u001b\\[[0-9;]*m", "")
                            .lines()
                            .map(String::stripTrailing)
                            .toList());
        }
    }

    @Test
    void wrappedTextHasNoSingleWordOnTheLastLine() {
        assertEquals(List.of("one two"), HelpLayout.wrap("one two", 7));
        assertEquals(List.of("one two", "three four"), HelpLayout.wrap("one two three four", 13));
        assertEquals(List.of("a b c", "d e"), HelpLayout.wrap("a b c d e", 7));
        assertEquals(List.of("unbreakable", "word"), HelpLayout.wrap("unbreakable word", 4));
        assertEquals(List.of(""), HelpLayout.wrap("", 10));
    }

    @Test
    void manualsHaveNoStrayLines() {
        List<String> pages = new ArrayList<>(List.of(Captured.run("man").out()));
        all(80).forEach(command -> {
            if (command.getParent() != null) {
                pages.add(Captured.run("man", command.getCommandName()).out());
            }
        });
        for (String page : pages) {
            for (String line : page.lines().toList()) {
                assertEquals(line.stripTrailing(), line, page);
                boolean text = !line.startsWith(".") && !line.startsWith("\\f");
                assertFalse(text && line.matches("[a-z]{1,8}"), line + " stands alone in\n" + page);
            }
        }
    }

    @Test
    void helpIsAsWideAsTheTerminalButNoWiderThanText() {
        Console file = new Console(null, null, null, false, false);
        Console terminal = new Console(null, null, null, true, true);
        assertEquals(100, file.width(Map.of("COLUMNS", "80")));
        assertEquals(80, terminal.width(Map.of("COLUMNS", "80")));
        assertEquals(100, terminal.width(Map.of("COLUMNS", "250")));
        assertEquals(72, terminal.width(Map.of("COLUMNS", "20")));
        assertEquals(72, terminal.width(Map.of("COLUMNS", "1")));
    }
}
