// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.Layout;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Lays out help texts: they fit the terminal, and no last line has a single word. */
final class HelpLayout {
    /** Columns before the names of options: two blanks, a short name of two, a comma. */
    private static final int[] NAME_COLUMNS = {2, 2, 1};

    private static final int LONGEST_NAMES = 30;

    /** Indent of continuation lines, after a line that begins with blanks. */
    private static final String DEEPER = "    ";

    private final int width;

    /** @param width of the terminal, in columns */
    HelpLayout(int width) {
        this.width = width;
    }

    /** Replaces the default layout of a command. */
    void install(picocli.CommandLine command) {
        command.setUsageHelpWidth(width);
        var sections = command.getHelpSectionMap();
        sections.put(
                UsageMessageSpec.SECTION_KEY_HEADER,
                help -> prose(help.commandSpec().usageMessage().header()));
        sections.put(UsageMessageSpec.SECTION_KEY_SYNOPSIS_HEADING, help -> System.lineSeparator());
        sections.put(UsageMessageSpec.SECTION_KEY_SYNOPSIS, this::synopsis);
        sections.put(
                UsageMessageSpec.SECTION_KEY_DESCRIPTION,
                help -> prose(help.commandSpec().usageMessage().description()));
        sections.put(UsageMessageSpec.SECTION_KEY_PARAMETER_LIST, this::parameters);
        sections.put(UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING, help -> "");
        sections.put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, this::options);
        sections.put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, this::commands);
        sections.put(
                UsageMessageSpec.SECTION_KEY_FOOTER,
                help -> lines(help.commandSpec().usageMessage().footer()));
        command.setHelpSectionMap(sections);
    }

    private String synopsis(Help help) {
        String[] texts = help.commandSpec().usageMessage().customSynopsis().clone();
        texts[0] = "Usage: " + texts[0];
        return lines(texts);
    }

    /** Joins and wraps sentences. A line that begins with a blank belongs to a table and stays as it is. */
    private String prose(String[] texts) {
        StringBuilder out = new StringBuilder();
        List<String> sentence = new ArrayList<>();
        for (String text : texts) {
            if (text.startsWith(" ")) {
                flush(sentence, out);
                out.append(lines(new String[] {text}));
            } else {
                sentence.add(text);
            }
        }
        flush(sentence, out);
        return out.toString();
    }

    private void flush(List<String> sentence, StringBuilder out) {
        if (!sentence.isEmpty()) {
            wrap(plain(String.join(" ", sentence)), width)
                    .forEach(line -> out.append(line).append(System.lineSeparator()));
            sentence.clear();
        }
    }

    /** Separate lines. A line that is too long continues with an indent. */
    private String lines(String[] texts) {
        StringBuilder out = new StringBuilder();
        for (String text : texts) {
            String line = plain(text);
            String body = line.stripLeading();
            String indent = line.substring(0, line.length() - body.length());
            List<String> wrapped = wrap(body, width - indent.length() - DEEPER.length());
            if (line.length() <= width) {
                out.append(line.stripTrailing()).append(System.lineSeparator());
                continue;
            }
            for (int i = 0; i < wrapped.size(); i++) {
                out.append(indent)
                        .append(i == 0 ? "" : DEEPER)
                        .append(wrapped.get(i))
                        .append(System.lineSeparator());
            }
        }
        return out.toString();
    }

    private static String plain(String text) {
        return text.replace("%n", " ").replace("%%", "%");
    }

    /** The options by groups; options of all commands come last. */
    private String options(Help help) {
        List<OptionSpec> all = help.commandSpec().options();
        int names = nameWidth(all.stream().filter(option -> !option.hidden()).toList());
        StringBuilder out = new StringBuilder();
        for (ArgGroupSpec group : help.commandSpec().argGroups()) {
            if (group.heading() != null) {
                out.append(help.createHeading(group.heading()));
                out.append(table(help, group.allOptionsNested(), names));
            }
        }
        out.append(help.createHeading("%nOptions:%n"));
        out.append(table(
                help, all.stream().filter(option -> option.group() == null).toList(), names));
        return out.toString();
    }

    private String table(Help help, List<OptionSpec> options, int names) {
        Layout layout = layout(help, names);
        options.stream()
                .filter(option -> !option.hidden())
                .forEach(option -> layout.addOption(option, help.parameterLabelRenderer()));
        return stripped(layout.toString());
    }

    private String parameters(Help help) {
        List<PositionalParamSpec> shown = help.commandSpec().positionalParameters().stream()
                .filter(parameter -> !parameter.hidden())
                .toList();
        if (shown.isEmpty()) {
            return "";
        }
        Layout layout = layout(
                help,
                nameWidth(help.commandSpec().options().stream()
                        .filter(option -> !option.hidden())
                        .toList()));
        shown.forEach(parameter -> layout.addPositionalParameter(parameter, help.parameterLabelRenderer()));
        return stripped(layout.toString());
    }

    private String commands(Help help) {
        StringBuilder out = new StringBuilder();
        int names = help.subcommands().keySet().stream()
                .mapToInt(String::length)
                .max()
                .orElse(0);
        help.subcommands().forEach((name, command) -> {
            String header =
                    String.join(" ", command.commandSpec().usageMessage().header());
            List<String> wrapped = wrap(plain(header), width - names - 4);
            for (int i = 0; i < wrapped.size(); i++) {
                Text shown = help.colorScheme().commandText(i == 0 ? name : "");
                out.append("  ")
                        .append(shown)
                        .append(" ".repeat(names - (i == 0 ? name.length() : 0) + 2))
                        .append(wrapped.get(i))
                        .append(System.lineSeparator());
            }
        });
        return out.toString();
    }

    /** One column width for the names of all options of a command, so that descriptions align. */
    private static int nameWidth(List<OptionSpec> options) {
        int longest = options.stream()
                .mapToInt(option -> String.join(", ", longNames(option)).length()
                        + (option.arity().max() > 0 ? 1 + option.paramLabel().length() : 0))
                .max()
                .orElse(0);
        return Math.min(longest, LONGEST_NAMES - 3) + 3;
    }

    /** Names in the column of long names: all except a leading name of two letters. */
    private static List<String> longNames(OptionSpec option) {
        return Stream.of(option.names()).filter(name -> name.length() > 2).toList();
    }

    private Layout layout(Help help, int names) {
        ColorScheme colors = help.colorScheme();
        int before = NAME_COLUMNS[0] + NAME_COLUMNS[1] + NAME_COLUMNS[2];
        int described = width - before - names;
        TextTable table = TextTable.forColumns(
                colors,
                new Column(NAME_COLUMNS[0], 0, Overflow.TRUNCATE),
                new Column(NAME_COLUMNS[1], 0, Overflow.TRUNCATE),
                new Column(NAME_COLUMNS[2], 0, Overflow.TRUNCATE),
                new Column(names, 1, Overflow.SPAN),
                new Column(described, 1, Overflow.WRAP));
        table.setAdjustLineBreaksForWideCJKCharacters(true);
        Help.IOptionRenderer option = help.createDefaultOptionRenderer();
        Help.IParameterRenderer parameter = help.createDefaultParameterRenderer();
        return new Layout(
                colors,
                table,
                (spec, labels, scheme) ->
                        withDescription(option.render(spec, labels, scheme), spec.description(), described - 1, scheme),
                (spec, labels, scheme) -> withDescription(
                        parameter.render(spec, labels, scheme), spec.description(), described - 1, scheme));
    }

    /** The rows of names, with the description broken by {@link #wrap} in their last column. */
    private static Text[][] withDescription(Text[][] rows, String[] description, int width, ColorScheme colors) {
        List<String> lines = wrap(plain(String.join(" ", description)), width);
        Text empty = colors.ansi().text("");
        Text[][] result = new Text[Math.max(1, lines.size())][];
        for (int i = 0; i < result.length; i++) {
            Text[] row = i == 0 ? rows[0].clone() : new Text[] {empty, empty, empty, empty, empty};
            // An indented second line belongs to the first.
            String line = lines.isEmpty() ? "" : lines.get(i);
            row[row.length - 1] = colors.ansi().new Text(i == 0 ? line : "  " + line, colors);
            result[i] = row;
        }
        return result;
    }

    /** Removes the blanks at the end of table lines. */
    private static String stripped(String table) {
        StringBuilder out = new StringBuilder();
        table.lines().forEach(line -> out.append(line.stripTrailing()).append(System.lineSeparator()));
        return out.toString();
    }

    /**
     * Wraps a text at blanks into lines of up to {@code width} characters, two less after the first line. If the last line had a single
     * word, the word before moves there, too. A word that is longer than a line stays whole.
     */
    static List<String> wrap(String text, int width) {
        List<List<String>> lines = new ArrayList<>();
        int length = 0;
        for (String word : text.strip().split(" +")) {
            int room = lines.size() > 1 ? width - 2 : width;
            if (lines.isEmpty() || length + 1 + word.length() > room) {
                lines.add(new ArrayList<>());
                length = -1;
            }
            lines.getLast().add(word);
            length += 1 + word.length();
        }
        for (int i = lines.size() - 1; i > 0; i--) {
            List<String> line = lines.get(i);
            List<String> above = lines.get(i - 1);
            boolean alone = line.size() == 1;
            if (alone
                    && above.size() > (i > 1 ? 1 : 2)
                    && above.getLast().length() + 1 + line.getFirst().length() <= width - 2) {
                line.addFirst(above.removeLast());
            }
        }
        return lines.stream().map(words -> String.join(" ", words)).toList();
    }
}
