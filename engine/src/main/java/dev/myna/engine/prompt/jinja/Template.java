// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja;

import dev.myna.engine.prompt.jinja.values.Meter;
import dev.myna.engine.prompt.jinja.values.TemplateException;
import dev.myna.engine.prompt.jinja.values.TemplateException.Kind;
import dev.myna.engine.prompt.jinja.values.Text;
import dev.myna.engine.prompt.jinja.values.Value;
import dev.myna.engine.prompt.jinja.values.Values;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;

/** A parsed chat template. Immutable; may be rendered by any number of threads. */
public final class Template {
    /** The longest source, in characters. */
    public static final int MAX_SOURCE = 256 << 10;

    private static final long STEPS = 2_000_000;
    private static final long STEPS_PER_CHARACTER = 64;
    private static final long STEPS_PER_MESSAGE = 20_000;

    private final String source;
    private final List<Node.Statement> statements;

    private Template(String source, List<Node.Statement> statements) {
        this.source = source;
        this.statements = statements;
    }

    /**
     * Parses a source.
     *
     * @throws TemplateException if it does not parse, has an unknown tag, or is longer or deeper than allowed
     */
    public static Template parse(String source) {
        if (source.length() > MAX_SOURCE) {
            throw new TemplateException(
                    Kind.LIMIT,
                    -1,
                    "the template has " + source.length() + " characters; at most " + MAX_SOURCE + " are read");
        }
        String lines = source.replace("\r\n", "\n").replace('\r', '\n');
        String text = lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines;
        try {
            return new Template(text, Parser.parse(text));
        } catch (TemplateException e) {
            throw located(e, text);
        }
    }

    /** The source, with LF as line break. */
    public String source() {
        return source;
    }

    /**
     * Renders with variables: strings, {@link Text}, booleans, numbers, null, lists and maps of them. Strings are data, but for
     * the role of a message and the types of its parts and calls, which the caller has checked; a {@link Text} says itself what
     * it is. Nothing of the variables is changed.
     *
     * @param now the time that {@code strftime_now} tells
     * @throws TemplateException if the template raises one, uses what is not there, or works longer than allowed
     */
    public Text render(Map<String, ?> variables, LocalDateTime now) {
        Values values = new Values();
        Map<String, Value> converted = values.variables(variables);
        long messages = variables.get("messages") instanceof List<?> list ? list.size() : 0;
        Meter meter = new Meter(STEPS + STEPS_PER_CHARACTER * values.characters() + STEPS_PER_MESSAGE * messages);
        try {
            return new Interpreter(meter, now).run(statements, converted);
        } catch (TemplateException e) {
            throw located(e, source);
        }
    }

    private static TemplateException located(TemplateException e, String source) {
        if (e.kind() == Kind.RAISED || e.offset() < 0) {
            return e;
        }
        int end = Math.min(e.offset(), source.length());
        long line = 1 + source.substring(0, end).chars().filter(c -> c == '\n').count();
        int column = end - source.lastIndexOf('\n', end - 1);
        return e.at(e.offset(), "line " + line + ", column " + column + ": " + e.getMessage());
    }
}
