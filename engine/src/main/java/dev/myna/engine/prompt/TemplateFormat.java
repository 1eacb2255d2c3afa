// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.prompt.jinja.Template;
import dev.myna.engine.prompt.jinja.values.TemplateException;
import dev.myna.engine.prompt.jinja.values.Text;
import dev.myna.engine.text.SpmTokenizer;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.tools.ReasoningTags;
import dev.myna.engine.tools.ToolFormat;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes prompts with a chat template (docs/spec/chat-templates.md 5). Special tokens and places of images come from the template only;
 * they are not recognized in the texts of messages.
 */
public final class TemplateFormat implements PromptFormat {
    /** The longest template, in characters. */
    public static final int MAX_SOURCE = Template.MAX_SOURCE;

    /** What Qwen3's templates write for an answer without reasoning. */
    static final String EMPTY_THOUGHTS = "<think>\n\n</think>\n\n";

    private static final String ENABLE_THINKING = "enable_thinking";

    private final Template template;
    private final Map<String, Text> specials;
    private final Clock clock;
    private final TemplateTraits traits;
    private volatile TurnTraits turns;

    /** Writes conversations with tools, or null if the file has no separate template for them. */
    private final TemplateFormat withTools;

    /** Whether it is a template of Qwen3 that does not know {@code enable_thinking}; Myna obeys the variable in its place. */
    private final boolean closesThoughts;

    private TemplateFormat(
            String source,
            TemplateFormat withTools,
            Tokenizer tokenizer,
            Map<String, String> specials,
            Clock clock,
            boolean qwen3) {
        this.withTools = withTools;
        this.closesThoughts = qwen3
                && !source.contains(ENABLE_THINKING)
                && tokenizer.id("<think>") >= 0
                && tokenizer.id("</think>") >= 0;
        this.specials = new LinkedHashMap<>();
        specials.forEach((name, text) -> this.specials.put(name, Text.of(text, Text.TEMPLATE)));
        this.clock = clock;
        template = Template.parse(source);
        traits = TemplateTraits.of(this, tokenizer);
    }

    /**
     * Parses a template and determines what it supports.
     *
     * @param specials special tokens, by the name of the variable
     * @throws ModelException if it does not parse, or cannot write the simplest conversation
     */
    public static TemplateFormat of(String source, Tokenizer tokenizer, Map<String, String> specials) {
        return of(source, null, tokenizer, specials);
    }

    /** As {@link #of(String, Tokenizer, Map)}. @param withTools writes conversations with tools, or null */
    static TemplateFormat of(
            String source, TemplateFormat withTools, Tokenizer tokenizer, Map<String, String> specials) {
        return of(source, withTools, tokenizer, specials, false);
    }

    /**
     * As {@link #of(String, Tokenizer, Map)}.
     *
     * @param withTools writes conversations with tools, or null
     * @param qwen3 whether the model is a Qwen3, whose users may switch reasoning off
     */
    static TemplateFormat of(
            String source, TemplateFormat withTools, Tokenizer tokenizer, Map<String, String> specials, boolean qwen3) {
        return of(source, withTools, tokenizer, specials, Clock.systemDefaultZone(), qwen3);
    }

    static TemplateFormat of(String source, Tokenizer tokenizer, Map<String, String> specials, Clock clock) {
        return of(source, null, tokenizer, specials, clock, false);
    }

    private static TemplateFormat of(
            String source,
            TemplateFormat withTools,
            Tokenizer tokenizer,
            Map<String, String> specials,
            Clock clock,
            boolean qwen3) {
        try {
            return new TemplateFormat(source, withTools, tokenizer, specials, clock, qwen3);
        } catch (TemplateException e) {
            throw new ModelException(e.getMessage());
        }
    }

    /** Whether a text can be a template: it has an expression or a statement. */
    public static boolean isSource(String text) {
        return text.contains("{{") || text.contains("{%");
    }

    /** What the template supports. */
    public TemplateTraits traits() {
        return traits;
    }

    /** What the template supports beyond questions and answers; determined on first use. */
    TurnTraits turns() {
        TurnTraits known = turns;
        if (known == null) {
            known = TurnTraits.of(this, traits);
            turns = known;
        }
        return known;
    }

    /** Whether conversations with tools have a separate template. */
    public boolean hasToolTemplate() {
        return withTools != null;
    }

    /** The source, with LF as line separator. */
    public String source() {
        return template.source();
    }

    @Override
    public List<PromptPiece> render(Tokenizer tokenizer, Conversation conversation, List<ImagePlace> places) {
        if (withTools != null && !conversation.tools().isEmpty()) {
            return withTools.render(tokenizer, conversation, places);
        }
        Text text = rendered(conversation);
        String bos = tokenizer.bos() < 0 ? "" : tokenizer.piece(tokenizer.bos());
        boolean hasBos = !bos.isEmpty() && isTemplate(text, 0, bos);
        PromptBuilder prompt = new PromptBuilder(
                tokenizer, SpmTokenizer.AfterSpecial.KEEP_PREFIX, tokenizer.addBos() && !hasBos, places);
        int images = write(text, prompt);
        if (images != conversation.images()) {
            throw new RequestException("the chat template has places for " + images + " images, the conversation has "
                    + conversation.images());
        }
        if (closesThoughts
                && conversation.open()
                && Boolean.FALSE.equals(conversation.arguments().get(ENABLE_THINKING))) {
            prompt.template(EMPTY_THOUGHTS);
        }
        return prompt.build();
    }

    /** Writes runs of one origin and the places of images. @return number of images */
    private int write(Text text, PromptBuilder prompt) {
        String characters = text.toString();
        String marker = traits.marker();
        int images = 0;
        int from = 0;
        for (int at = 0; at < characters.length(); ) {
            int length = text.origin(at) == Text.IMAGE
                    ? TemplateMessages.IMAGE.length()
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

    /** Whether the template itself wrote {@code what} at a position. */
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
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("add_generation_prompt", conversation.open());
        if (!conversation.tools().isEmpty() && traits.tools()) {
            variables.put("tools", TemplateMessages.tools(conversation.tools()));
        }
        variables.putAll(conversation.arguments());
        try {
            return render(TemplateMessages.of(conversation, traits, this::turns), variables);
        } catch (TemplateException e) {
            throw new RequestException("the chat template refuses the conversation: " + e.getMessage());
        }
    }

    /**
     * Renders messages.
     *
     * @param variables in addition to messages and special tokens
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
    public boolean reads(String variable) {
        return template.source().contains(variable)
                || closesThoughts && variable.equals(ENABLE_THINKING)
                || withTools != null && withTools.reads(variable);
    }

    @Override
    public ToolFormat toolFormat() {
        if (withTools != null) {
            return withTools.toolFormat();
        }
        return traits.tools() ? ToolFormat.of(template.source()) : ToolFormat.HERMES;
    }

    @Override
    public ReasoningTags reasoning() {
        return traits.reasoning();
    }

    @Override
    public String label() {
        return "template";
    }
}
