// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.cli.system.Version;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Manual pages in the language of man(7), made from the parsed options, including those that --help hides. */
final class ManPage {
    private final StringBuilder page = new StringBuilder();

    private ManPage(String name) {
        page.append(".\\\" SPDX-License-Identifier: Apache-2.0\n");
        page.append(".TH \"")
                .append(name.toUpperCase(Locale.ROOT))
                .append("\" \"1\" \"\" \"")
                .append(escaped(Version.current()))
                .append("\" \"Myna\"\n");
    }

    /** One page with all commands. */
    static String ofAll(CommandLine all) {
        ManPage page = new ManPage("myna");
        CommandSpec root = all.getCommandSpec();
        page.name("myna", header(root));
        page.synopsis(root);
        page.section("OPTIONS");
        page.options(root.options());
        page.section("COMMANDS");
        for (CommandLine command : all.getSubcommands().values()) {
            CommandSpec spec = command.getCommandSpec();
            page.page.append(".SS ").append(escaped(spec.name())).append('\n');
            page.paragraph(header(spec));
            page.verbatim(spec.usageMessage().customSynopsis());
            page.text(spec);
            page.arguments(spec);
            page.options(own(spec));
            page.verbatim(trimmed(spec.usageMessage().footer()));
        }
        page.section("NOTES");
        page.verbatim(trimmed(root.usageMessage().footer()));
        return page.page.toString();
    }

    /** The page of one command. */
    static String of(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        ManPage page = new ManPage("myna-" + spec.name());
        page.name("myna-" + spec.name(), header(spec));
        page.synopsis(spec);
        page.section("DESCRIPTION");
        page.paragraph(header(spec));
        page.text(spec);
        page.arguments(spec);
        page.section("OPTIONS");
        page.options(spec.options());
        if (spec.usageMessage().footer().length > 0) {
            page.section("NOTES");
            page.verbatim(trimmed(spec.usageMessage().footer()));
        }
        return page.page.toString();
    }

    private static String header(CommandSpec spec) {
        return String.join(" ", spec.usageMessage().header());
    }

    /** Options of one command, without the options of all commands. */
    private static List<OptionSpec> own(CommandSpec spec) {
        return spec.options().stream().filter(option -> !option.inherited()).toList();
    }

    private static String[] trimmed(String[] lines) {
        return Arrays.stream(lines).dropWhile(String::isBlank).toArray(String[]::new);
    }

    private void name(String name, String header) {
        section("NAME");
        page.append(escaped(name)).append(" \\- ").append(escaped(header)).append('\n');
    }

    private void synopsis(CommandSpec spec) {
        section("SYNOPSIS");
        verbatim(spec.usageMessage().customSynopsis());
    }

    private void section(String title) {
        page.append(".SH ").append(title).append('\n');
    }

    private void paragraph(String text) {
        page.append(".PP\n").append(line(text)).append('\n');
    }

    private void text(CommandSpec spec) {
        String[] lines = spec.usageMessage().description();
        if (lines.length > 0) {
            // Lines that begin with blanks are tables.
            if (Stream.of(lines).anyMatch(text -> text.startsWith(" "))) {
                verbatim(lines);
            } else {
                paragraph(String.join(" ", lines));
            }
        }
    }

    private void verbatim(String... lines) {
        if (lines.length == 0) {
            return;
        }
        page.append(".PP\n.nf\n");
        for (String text : lines) {
            page.append(line(text)).append('\n');
        }
        page.append(".fi\n");
    }

    private void arguments(CommandSpec spec) {
        for (PositionalParamSpec argument : spec.positionalParameters()) {
            item("\\fI" + escaped(argument.paramLabel()) + "\\fR", argument.description());
        }
    }

    private void options(List<OptionSpec> options) {
        ArgGroupSpec group = null;
        for (OptionSpec option : options) {
            if (!Objects.equals(option.group(), group)) {
                group = option.group();
                if (group != null && group.heading() != null) {
                    paragraph("\u0001" + group.heading().replace("%n", "").strip());
                }
            }
            String names = Stream.of(option.names())
                    .map(name -> "\\fB" + escaped(name) + "\\fR")
                    .collect(Collectors.joining(", "));
            String value = option.arity().max() > 0 ? " \\fI" + escaped(option.paramLabel()) + "\\fR" : "";
            item(names + value, option.description());
        }
    }

    private void item(String term, String[] description) {
        page.append(".TP\n").append(term).append('\n');
        page.append(line(String.join(" ", description))).append('\n');
    }

    /** A line of text. A dot or quote at its start is escaped, because it would begin a command of man(7). */
    private static String line(String text) {
        if (text.startsWith("\u0001")) {
            return "\\fB" + escaped(text.substring(1)) + "\\fR";
        }
        String escaped = escaped(text.replace("%n", " ").replace("%%", "%"));
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq");
    }
}
