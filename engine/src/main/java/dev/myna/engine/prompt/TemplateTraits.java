// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.error.ModelException;
import dev.myna.engine.prompt.jinja.values.TemplateException;
import dev.myna.engine.prompt.jinja.values.Text;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.tools.ReasoningTags;
import java.util.List;
import java.util.Map;

/**
 * What a chat template supports. Rendering small conversations tells (docs/spec/chat-templates.md 5).
 *
 * @param strings whether it prints content that is a string
 * @param parts whether it prints content that is a list of parts
 * @param system whether it prints system texts; otherwise they go before the first question
 * @param tools whether it prints tools
 * @param thinking whether it reads {@code enable_thinking}
 * @param marker what it prints for an image, or null if it does not support images
 * @param stop the special token after an answer, or null
 * @param developer whether it knows the role developer
 * @param reasoning the tags around reasoning, or null
 */
public record TemplateTraits(
        boolean strings,
        boolean parts,
        boolean system,
        boolean tools,
        boolean thinking,
        String marker,
        String stop,
        boolean developer,
        ReasoningTags reasoning) {

    /** Tags of published templates, the most usual ones. */
    static final ReasoningTags THINK = new ReasoningTags("<think>", "</think>", false);

    private static final List<ReasoningTags> REASONING = List.of(
            THINK,
            new ReasoningTags("[THINK]", "[/THINK]", false),
            new ReasoningTags("<|START_THINKING|>", "<|END_THINKING|>", false));

    /** Why a template is none. */
    static final String NO_TEXTS = "it does not print the texts of users";

    private static final String PROBE = "mynaprobe";
    private static final String ANSWER = "mynaanswer";
    private static final String SYSTEM = "mynasystem";
    private static final String TOOL = "mynatool";

    /** Markers of published templates (docs/spec/chat-templates.md 5). */
    private static final List<String> MARKERS = List.of(
            "<|image_pad|>",
            "<|image|>",
            "<image_soft_token>",
            "<start_of_image>",
            "<IMG_CONTEXT>",
            "<|media_pad|>",
            "<image>",
            "[IMG]");

    /** @throws TemplateException if the template cannot render the simplest conversation */
    static TemplateTraits of(TemplateFormat format, Tokenizer tokenizer) {
        TemplateProbe probe = new TemplateProbe(format);
        Probing probing = new Probing(probe);
        boolean parts = probe.prints(List.of(probe.user(List.of(TemplateFormat.textPart(PROBE)))), PROBE);
        Object part = parts ? List.of(TemplateFormat.textPart(PROBE)) : PROBE;
        boolean strings = !parts || probe.prints(List.of(probe.user(PROBE)), PROBE);
        if (!parts
                && !format.render(List.of(probe.user(PROBE)), Map.of())
                        .toString()
                        .contains(PROBE)) {
            throw new ModelException(NO_TEXTS);
        }
        TemplateTraits plain = new TemplateTraits(strings, parts, false, false, false, null, null, false, null);
        Map<String, Object> system = TemplateFormat.message("system", plain.content(SYSTEM));
        Map<String, Object> user = probe.user(plain.content(PROBE));
        Map<String, Object> assistant = TemplateFormat.message("assistant", plain.content(ANSWER));
        return new TemplateTraits(
                strings,
                parts,
                probe.prints(List.of(system, user), SYSTEM),
                printsTools(probe, user),
                format.source().contains("enable_thinking"),
                parts ? probing.marker(part) : null,
                probing.stop(List.of(user, assistant, user), tokenizer),
                format.source().contains("developer"),
                REASONING.stream()
                        .filter(tags -> format.source().contains(tags.close()))
                        .findFirst()
                        .orElse(null));
    }

    /** A text in the form that the template supports. */
    Object content(Object text) {
        return strings ? text : List.of(TemplateFormat.textPart(text));
    }

    private static boolean printsTools(TemplateProbe probe, Map<String, Object> user) {
        Text rendered = probe.render(List.of(user), Map.of("tools", TemplateProbe.tools(TOOL)));
        return rendered != null && rendered.toString().contains(TOOL);
    }

    /** Finds markers in the output of small conversations. */
    private record Probing(TemplateProbe probe) {

        /** What the template prints for an image: a known marker, or the text that is there only with an image. */
        String marker(Object text) {
            Object image = Map.of("type", "image");
            Text without = probe.render(List.of(probe.user(text)), Map.of());
            Text with = probe.render(List.of(probe.user(List.of(image, ((List<?>) text).getFirst()))), Map.of());
            if (without == null || with == null) {
                return null;
            }
            for (String marker : MARKERS) {
                if (count(with, marker) > count(without, marker)) {
                    return marker;
                }
            }
            return added(without.toString(), with.toString());
        }

        private static int count(Text text, String marker) {
            int count = 0;
            String characters = text.toString();
            for (int at = characters.indexOf(marker); at >= 0; at = characters.indexOf(marker, at + 1)) {
                count += TemplateFormat.isTemplate(text, at, marker) ? 1 : 0;
            }
            return count;
        }

        /** What {@code with} has in addition, in one place; null if there is nothing, or the texts differ in more places. */
        private static String added(String without, String with) {
            int begin = 0;
            while (begin < without.length() && begin < with.length() && without.charAt(begin) == with.charAt(begin)) {
                begin++;
            }
            int end = 0;
            while (end < without.length() - begin
                    && end < with.length() - begin
                    && without.charAt(without.length() - 1 - end) == with.charAt(with.length() - 1 - end)) {
                end++;
            }
            String added = with.substring(begin, with.length() - end).strip();
            return begin + end == without.length() && !added.isEmpty() ? added : null;
        }

        /** The control token that the template writes directly after an answer, or null. */
        String stop(List<Map<String, Object>> messages, Tokenizer tokenizer) {
            Text rendered = probe.render(messages, Map.of());
            if (rendered == null) {
                rendered = probe.render(messages.subList(0, 2), Map.of("add_generation_prompt", false));
            }
            int at = rendered == null ? -1 : rendered.toString().indexOf(ANSWER);
            if (at < 0) {
                return null;
            }
            String out = rendered.toString();
            int from = at + ANSWER.length();
            while (from < out.length() && Character.isWhitespace(out.charAt(from))) {
                from++;
            }
            int to = from;
            while (to < out.length() && rendered.origin(to) == Text.TEMPLATE) {
                to++;
            }
            int[] ids = tokenizer.encode(out.substring(from, to), Tokenizer.Specials.PARSE);
            return ids.length > 0
                            && tokenizer.bytes(ids[0]).length == 0
                            && out.startsWith(tokenizer.piece(ids[0]), from)
                    ? tokenizer.piece(ids[0])
                    : null;
        }
    }
}
