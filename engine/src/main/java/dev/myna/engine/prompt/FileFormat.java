// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.error.ModelException;
import dev.myna.engine.text.Tokenizer;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.Map;
import java.util.Optional;

/**
 * The format that a model's file asks for, or why there is none.
 *
 * @param format null if the file's chat template cannot be used
 * @param fault why not, or null
 */
public record FileFormat(PromptFormat format, String fault) {
    private static final String TEMPLATE = "tokenizer.chat_template";

    /** Of the templates with names, the only one that is used: for conversations with tools. */
    private static final String TOOL_USE = TEMPLATE + ".tool_use";

    private static final String REMEDY = "; name another format with --chat-template";

    /**
     * The file's chat template decides. One that writes what a named format writes is that format, whose images lie where the
     * models of that format were trained to find them, unless it knows tools or reasoning. Without a template the vocabulary tells: ChatML or Llama 3 if it has their
     * marks, Vicuna for SPM vocabularies, else plain.
     *
     * @param metadata of the file
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

    /** For people. */
    public String label() {
        return format == null ? "none" : format.label();
    }

    /** The format. @throws ModelException if there is none */
    public PromptFormat require() {
        if (format == null) {
            throw new ModelException(fault);
        }
        return format;
    }
}
