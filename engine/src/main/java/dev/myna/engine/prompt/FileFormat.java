// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.error.ModelException;
import dev.myna.engine.text.Tokenizer;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.Map;
import java.util.Optional;

/**
 * The prompt format of a model's file, or why there is none.
 *
 * @param format null if the file's chat template cannot be used
 * @param fault the reason, or null
 */
public record FileFormat(PromptFormat format, String fault) {
    private static final String TEMPLATE = "tokenizer.chat_template";

    /** The only named template that is used: for conversations with tools. */
    private static final String TOOL_USE = TEMPLATE + ".tool_use";

    private static final String REMEDY = "; name another format with --chat-template";

    /**
     * Chooses the format of a file.
     *
     * <ul>
     *   <li>With a chat template: a {@link NamedFormat} if the template writes the same text and knows neither tools nor reasoning,
     *       else the template. A named format puts images where its models were trained to find them.
     *   <li>Without a template: ChatML or Llama 3 if the vocabulary has their special tokens, Vicuna for SPM vocabularies, else plain.
     * </ul>
     */
    public static FileFormat of(Tokenizer tokenizer, GgufMetadata metadata) {
        String template = metadata.string(TEMPLATE, "");
        if (template.isBlank()) {
            return new FileFormat(NamedFormat.of(tokenizer), null);
        }
        try {
            Map<String, String> specials = SpecialTokenTexts.of(tokenizer, metadata);
            String toolUse = metadata.string(TOOL_USE, "");
            TemplateFormat withTools = toolUse.isBlank() ? null : TemplateFormat.of(toolUse, tokenizer, specials);
            TemplateFormat format = TemplateFormat.of(template, withTools, tokenizer, specials);
            boolean more = withTools != null
                    || format.traits().tools()
                    || format.traits().reasoning() != null;
            Optional<NamedFormat> named = more ? Optional.empty() : NamedFormat.writingLike(format);
            return new FileFormat(named.isPresent() ? named.get() : format, null);
        } catch (ModelException e) {
            return new FileFormat(null, TEMPLATE + ": " + e.getMessage() + REMEDY);
        }
    }

    /** The name for display; {@code none} if there is no format. */
    public String label() {
        return format == null ? "none" : format.label();
    }

    /** Returns the format. @throws ModelException if there is none */
    public PromptFormat require() {
        if (format == null) {
            throw new ModelException(fault);
        }
        return format;
    }
}
