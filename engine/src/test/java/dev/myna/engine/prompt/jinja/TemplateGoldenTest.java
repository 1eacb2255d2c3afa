// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.prompt.jinja.values.TemplateException;
import dev.myna.engine.prompt.jinja.values.Text;
import dev.myna.engine.prompt.jinja.values.TextBuilder;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.jr.ob.JSON;

/** Renderings equal those of Jinja2 for the same templates. */
@NeedsGolden
class TemplateGoldenTest {
    private static final LocalDateTime NOW = LocalDateTime.of(2026, 3, 7, 9, 5, 30);

    /** Faults that may stand for each other. */
    private static final Set<String> REFUSALS = Set.of("unknown", "undefined", "security", "syntax");

    private static final Duration HANG = Duration.ofSeconds(20);

    @Test
    void languageCases() {
        Map<String, Object> golden = Golden.json("chat/lang.json");
        Map<String, Object> variables = map(golden.get("vars"));
        List<String> wrong = new ArrayList<>();
        for (Map<String, Object> example : maps(golden.get("cases"))) {
            String outcome = outcome((String) example.get("template"), variables);
            if (!accepted(example, outcome)) {
                wrong.add(example.get("id") + " " + example.get("template") + "\n    expected "
                        + example.getOrDefault("text", "error " + example.get("error")) + "\n    actual   " + outcome);
            }
        }
        assertEquals("", String.join("\n", wrong), wrong.size() + " cases");
    }

    private static boolean accepted(Map<String, Object> example, String outcome) {
        if (example.get("text") instanceof String text && outcome.equals("text " + text)) {
            return true;
        }
        String kind = outcome.startsWith("text ") ? "" : outcome.substring(0, outcome.indexOf(':'));
        if (Boolean.TRUE.equals(example.get("may_refuse")) && REFUSALS.contains(kind)) {
            return true;
        }
        if (Boolean.TRUE.equals(example.get("optional"))) {
            return true;
        }
        if (example.get("error") instanceof String error) {
            return kind.equals(error)
                    || Set.of("undefined", "unknown")
                            .containsAll(Set.of(kind, error).stream().toList())
                    || error.equals("runtime") && kind.equals("type");
        }
        return false;
    }

    /** The value through tojson, where the golden has it. */
    @Test
    void valuesAsJson() {
        Map<String, Object> golden = Golden.json("chat/lang.json");
        Map<String, Object> variables = map(golden.get("vars"));
        int compared = 0;
        for (Map<String, Object> example : maps(golden.get("cases"))) {
            String template = (String) example.get("template");
            if (example.get("json") instanceof String json
                    && template.matches("\\{\\{ .* }}")
                    && !example.containsKey("optional")
                    && !Boolean.TRUE.equals(example.get("may_refuse"))) {
                String expression = template.substring(2, template.length() - 2);
                assertEquals(
                        "text " + json,
                        outcome("{% set json = " + expression + " %}{{ json|tojson }}", variables),
                        template);
                compared++;
            }
        }
        assertTrue(compared > 200, compared + " compared");
    }

    static Stream<Path> families() throws IOException {
        try (Stream<Path> files = Files.list(Golden.path("chat/render"))) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void conversationsOfAFamily(Path file) throws IOException {
        Map<String, Object> family = Golden.json("chat/render/" + file.getFileName());
        Map<String, Map<String, Object>> conversations = new LinkedHashMap<>();
        for (Object each :
                JSON.std.listFrom(new String(Golden.bytes("chat/conversations.json"), StandardCharsets.UTF_8))) {
            conversations.put((String) map(each).get("id"), map(each));
        }
        Template template = Template.parse((String) family.get("template"));
        List<String> wrong = new ArrayList<>();
        for (Map<String, Object> example : maps(family.get("cases"))) {
            Map<String, Object> variables = variables(family, conversations.get((String) example.get("conversation")));
            String expected = example.containsKey("text")
                    ? example.get("text") + "\n" + example.get("spans")
                    : example.get("error")
                            + (example.get("error").equals("raised") ? ": " + example.get("message") : "");
            String actual;
            try {
                Text text = template.render(variables, NOW);
                actual = text + "\n" + spans(text, (String) family.get("picture"));
            } catch (TemplateException e) {
                String kind = e.kind().name().toLowerCase(Locale.ROOT);
                actual = kind + (kind.equals("raised") ? ": " + e.getMessage() : "");
            }
            if (!expected.equals(actual)) {
                wrong.add(example.get("conversation") + "\nexpected " + expected + "\nactual   " + actual);
            }
        }
        assertEquals(
                "",
                String.join("\n", wrong),
                wrong.size() + " of " + maps(family.get("cases")).size());
    }

    private static Map<String, Object> variables(Map<String, Object> family, Map<String, Object> conversation) {
        Map<String, Object> variables = new LinkedHashMap<>();
        Object messages = conversation.get("messages");
        variables.put("messages", Boolean.TRUE.equals(family.get("flatten")) ? flattened(messages) : messages);
        variables.put("tools", conversation.get("tools"));
        variables.put("documents", conversation.get("documents"));
        variables.put("add_generation_prompt", conversation.getOrDefault("add_generation_prompt", true));
        map(family.get("special_tokens")).forEach((name, text) -> variables.put(name, Text.template((String) text)));
        if (conversation.get("kwargs") != null) {
            variables.putAll(map(conversation.get("kwargs")));
        }
        return variables;
    }

    /** Text parts joined by line breaks, images being one character of their own origin. */
    private static Object flattened(Object messages) {
        List<Object> flat = new ArrayList<>();
        for (Object each : (List<?>) messages) {
            Map<String, Object> message = new LinkedHashMap<>(map(each));
            if (message.get("content") instanceof List<?> parts) {
                boolean images =
                        parts.stream().anyMatch(part -> "image".equals(map(part).get("type")));
                TextBuilder text = new TextBuilder();
                for (int i = 0; i < parts.size(); i++) {
                    Map<String, Object> part = map(parts.get(i));
                    if (i > 0) {
                        text.append("\n", images ? Text.DATA : Text.TEMPLATE);
                    }
                    if ("image".equals(part.get("type"))) {
                        text.append("\ufffc", Text.IMAGE);
                    } else {
                        text.append((String) part.get("text"), Text.DATA);
                    }
                }
                message.put("content", text.build());
            }
            flat.add(message);
        }
        return flat;
    }

    /** Runs of one origin, as the golden lists them: markers in template text are images. */
    private static String spans(Text text, String marker) {
        byte[] origins = new byte[text.units()];
        for (int i = 0; i < origins.length; i++) {
            origins[i] = text.origin(i);
        }
        List<List<Object>> spans = new ArrayList<>();
        String characters = text.toString();
        for (int at = 0; at < characters.length(); ) {
            int length = Character.charCount(characters.codePointAt(at));
            String origin = origins[at] == Text.TEMPLATE ? "T" : origins[at] == Text.DATA ? "D" : "I";
            boolean image = false;
            if (origin.equals("T") && marker != null && characters.startsWith(marker, at)) {
                image = true;
                for (int i = at; i < at + marker.length(); i++) {
                    image &= origins[i] == Text.TEMPLATE;
                }
            }
            if (image) {
                spans.add(List.of("I", marker.codePointCount(0, marker.length())));
                at += marker.length();
                continue;
            }
            if (!spans.isEmpty() && spans.getLast().getFirst().equals(origin) && !origin.equals("I")) {
                spans.set(
                        spans.size() - 1,
                        List.of(origin, (Integer) spans.getLast().get(1) + 1));
            } else {
                spans.add(List.of(origin, 1));
            }
            at += length;
        }
        return spans.toString();
    }

    @Test
    void hostileTemplatesEndWithinTheirLimits() {
        Map<String, Object> golden = Golden.json("chat/hostile.json");
        Map<String, Object> variables = map(golden.get("vars"));
        String before = variables.toString();
        List<String> wrong = new ArrayList<>();
        for (Map<String, Object> example : maps(golden.get("cases"))) {
            StringBuilder source = new StringBuilder();
            for (Object part : (List<?>) example.get("parts")) {
                List<?> repeated = (List<?>) part;
                source.repeat((String) repeated.getFirst(), ((Number) repeated.getLast()).intValue());
            }
            long start = System.nanoTime();
            String outcome = assertTimeoutPreemptively(
                    HANG, () -> outcome(source.toString(), variables), (String) example.get("id"));
            long millis = (System.nanoTime() - start) / 1_000_000;
            String kind = outcome.startsWith("text ") ? "text" : outcome.substring(0, outcome.indexOf(':'));
            boolean right = ((List<?>) example.get("accept")).contains(kind)
                    && (!kind.equals("text")
                            || example.get("text") == null
                            || outcome.equals("text " + example.get("text")));
            if (!right) {
                wrong.add(example.get("id") + ": " + outcome.substring(0, Math.min(200, outcome.length()))
                        + ", accepted " + example.get("accept") + " in " + millis + " ms");
            }
        }
        assertEquals("", String.join("\n", wrong), wrong.size() + " cases");
        assertEquals(before, variables.toString());
        assertFalse(golden.isEmpty());
    }

    /** {@code text ...}, or the fault's kind and its message. */
    private static String outcome(String template, Map<String, Object> variables) {
        try {
            return "text " + Template.parse(template).render(variables, NOW);
        } catch (TemplateException e) {
            return e.kind().name().toLowerCase(Locale.ROOT) + ": " + e.getMessage();
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object json) {
        return (Map<String, Object>) json;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> maps(Object json) {
        return (List<Map<String, Object>>) json;
    }
}
