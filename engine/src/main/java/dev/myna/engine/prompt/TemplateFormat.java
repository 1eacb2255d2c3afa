// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.ModelException;
import dev.myna.engine.RequestException;
import dev.myna.engine.prompt.jinja.Template;
import dev.myna.engine.prompt.jinja.TemplateException;
import dev.myna.engine.prompt.jinja.Text;
import dev.myna.engine.text.SpmTokenizer;
import dev.myna.engine.text.Tokenizer;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Prompts as a chat template writes them (spec chat-templates.md 5). What the template says may hold special tokens and places of
 * images; what people say stays text.
 */
public final class TemplateFormat implements PromptFormat {
    /** The longest template, in characters. */
    public static final int MAX_SOURCE = Template.MAX_SOURCE;

    /** Stands for an image where a template has no marker for one; its origin tells it from a typed one. */
    private static final String IMAGE = "\ufffc";

    private final Template template;
    private final Map<String, Text> specials;
    private final Clock clock;
    private final TemplateTraits traits;

    private TemplateFormat(String source, Tokenizer tokenizer, Map<String, String> specials, Clock clock) {
        this.specials = new LinkedHashMap<>();
        specials.forEach((name, text) -> this.specials.put(name, Text.of(text, Text.TEMPLATE)));
        this.clock = clock;
        template = Template.parse(source);
        traits = TemplateTraits.of(this, tokenizer);
    }

    /**
     * Parses a template and finds out what it supports.
     *
     * @param specials special tokens by the names that templates know
     * @throws ModelException if it does not parse, or cannot write the simplest conversation
     */
    public static TemplateFormat of(String source, Tokenizer tokenizer, Map<String, String> specials) {
        return of(source, tokenizer, specials, Clock.systemDefaultZone());
    }

    static TemplateFormat of(String source, Tokenizer tokenizer, Map<String, String> specials, Clock clock) {
        try {
            return new TemplateFormat(source, tokenizer, specials, clock);
        } catch (TemplateException e) {
            throw new ModelException(e.getMessage());
        }
    }

    /** Whether a text can be a template: no published one is without an expression or a statement. */
    public static boolean isSource(String text) {
        return text.contains("{{") || text.contains("{%");
    }

    /** What the template supports. */
    public TemplateTraits traits() {
        return traits;
    }

    /** The source, with LF as line break. */
    public String source() {
        return template.source();
    }

    @Override
    public List<PromptPiece> render(Tokenizer tokenizer, Conversation conversation) {
        Text text = rendered(conversation);
        String bos = tokenizer.bos() < 0 ? "" : tokenizer.piece(tokenizer.bos());
        boolean hasBos = !bos.isEmpty() && isTemplate(text, 0, bos);
        PromptBuilder prompt =
                new PromptBuilder(tokenizer, SpmTokenizer.AfterSpecial.KEEP_PREFIX, tokenizer.addBos() && !hasBos);
        int images = write(text, prompt);
        if (images != conversation.images()) {
            throw new RequestException("the chat template has places for " + images + " images, the conversation has "
                    + conversation.images());
        }
        return prompt.build();
    }

    /** Runs of one origin, and the places of images between them. */
    private int write(Text text, PromptBuilder prompt) {
        String characters = text.toString();
        String marker = traits.marker();
        int images = 0;
        int from = 0;
        for (int at = 0; at < characters.length(); ) {
            int length = text.origin(at) == Text.IMAGE
                    ? IMAGE.length()
                    : marker != null && isTemplate(text, at, marker) ? marker.length() : 0;
            if (length > 0) {
                run(text, from, at, prompt);
                prompt.image();
                images++;
                at += length;
                from = at;
            } else {
                at++;
                if (at == characters.length() || text.origin(at) != text.origin(at - 1)) {
                    run(text, from, at, prompt);
                    from = at;
                }
            }
        }
        return images;
    }

    private static void run(Text text, int from, int to, PromptBuilder prompt) {
        if (from < to) {
            String run = text.toString().substring(from, to);
            if (text.origin(from) == Text.TEMPLATE) {
                prompt.template(run);
            } else {
                prompt.data(run);
            }
        }
    }

    /** Whether the template itself says this at a place. */
    static boolean isTemplate(Text text, int at, String what) {
        if (!text.toString().startsWith(what, at)) {
            return false;
        }
        for (int i = at; i < at + what.length(); i++) {
            if (text.origin(i) != Text.TEMPLATE) {
                return false;
            }
        }
        return true;
    }

    /** The conversation as text. */
    String text(Conversation conversation) {
        return rendered(conversation).toString();
    }

    private Text rendered(Conversation conversation) {
        boolean open = !conversation.turns().isEmpty()
                && conversation.turns().getLast().answer() == null;
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("add_generation_prompt", open);
        variables.putAll(conversation.arguments());
        try {
            return render(messages(conversation), variables);
        } catch (TemplateException e) {
            throw new RequestException("the chat template refuses the conversation: " + e.getMessage());
        }
    }

    /**
     * Renders messages.
     *
     * @param variables beside the messages and the special tokens
     */
    Text render(List<Map<String, Object>> messages, Map<String, ?> variables) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("tools", null);
        all.put("documents", null);
        all.put("add_generation_prompt", true);
        all.putAll(specials);
        all.putAll(variables);
        all.put("messages", messages);
        return template.render(all, LocalDateTime.now(clock));
    }

    private List<Map<String, Object>> messages(Conversation conversation) {
        List<Map<String, Object>> messages = new ArrayList<>();
        String system = conversation.system();
        boolean first = system != null && !traits.system();
        if (system != null && traits.system()) {
            messages.add(message("system", traits.content(system)));
        }
        for (Turn turn : conversation.turns()) {
            String question = first ? system + "\n\n" + turn.question() : turn.question();
            first = false;
            messages.add(message("user", question(turn.images(), question)));
            if (turn.answer() != null) {
                messages.add(message("assistant", traits.content(turn.answer())));
            }
        }
        return messages;
    }

    private Object question(int images, String text) {
        if (images == 0) {
            return traits.content(text);
        }
        if (traits.marker() == null) {
            return traits.content(flattened(images, text));
        }
        List<Object> parts = new ArrayList<>();
        for (int i = 0; i < images; i++) {
            parts.add(Map.of("type", "image"));
        }
        if (!text.isEmpty()) {
            parts.add(textPart(text));
        }
        return parts;
    }

    /** Images and text as one text, joined by line breaks. */
    private static Text flattened(int images, String text) {
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < images; i++) {
            joined.append(i == 0 ? "" : "\n").append(IMAGE);
        }
        int end = joined.length();
        if (!text.isEmpty()) {
            joined.append('\n').append(text);
        }
        byte[] origins = new byte[joined.length()];
        for (int i = 0; i < origins.length; i++) {
            origins[i] = i < end && i % 2 == 0 ? Text.IMAGE : Text.DATA;
        }
        return Text.of(joined.toString(), origins);
    }

    static Map<String, Object> message(String role, Object content) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        return message;
    }

    /** @param text a string or a {@link Text} */
    static Map<String, Object> textPart(Object text) {
        Map<String, Object> part = new LinkedHashMap<>();
        part.put("type", "text");
        part.put("text", text);
        return part;
    }

    @Override
    public int[] stopIds(Tokenizer tokenizer) {
        int stop = traits.stop() == null ? -1 : tokenizer.id(traits.stop());
        return stop < 0 ? new int[0] : new int[] {stop};
    }

    @Override
    public String label() {
        return "template";
    }
}
