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
 * @param fault what is wrong with the file's template, or null
 */
public record FileFormat(PromptFormat format, String fault) {
    private static final String TEMPLATE = "tokenizer.chat_template";

    /** The only named template that is used: for conversations with tools. */
    private static final String TOOL_USE = TEMPLATE + ".tool_use";

    private static final String REMEDY = "; name another format with --chat-template";

    private static final String ARCHITECTURE = "general.architecture";

    /** As {@link #of(Tokenizer, GgufMetadata, NamedFormat)}, without a vision file. */
    public static FileFormat of(Tokenizer tokenizer, GgufMetadata metadata) {
        return of(tokenizer, metadata, null);
    }

    /**
     * Chooses the format of a file.
     *
     * <ul>
     *   <li>With a chat template: a {@link NamedFormat} if the template writes the same text and knows neither images nor tools nor
     *       reasoning, else the template. A named format puts images where its models were trained to find them.
     *   <li>Without a template, or with one that does not print the texts of users: the format of the vision file's family, or else the
     *       one whose special tokens the vocabulary has: that of a family, ChatML, Llama 3, Vicuna for SPM vocabularies, else plain.
     * </ul>
     *
     * @param metadata of the decoder's file
     * @param ofVision the format that the models of the vision file were trained with, or null if it says none
     */
    public static FileFormat of(Tokenizer tokenizer, GgufMetadata metadata, NamedFormat ofVision) {
        String template = metadata.string(TEMPLATE, "");
        String architecture = metadata.string(ARCHITECTURE, "");
        NamedFormat family = ofVision != null ? ofVision : NamedFormat.of(tokenizer, architecture);
        if (!TemplateFormat.isSource(template)) {
            return new FileFormat(family, null);
        }
        try {
            Map<String, String> specials = SpecialTokenTexts.of(tokenizer, metadata);
            String toolUse = metadata.string(TOOL_USE, "");
            TemplateFormat withTools = toolUse.isBlank() ? null : TemplateFormat.of(toolUse, tokenizer, specials);
            boolean qwen3 = architecture.equals("qwen3");
            TemplateFormat format = TemplateFormat.of(template, withTools, tokenizer, specials, qwen3);
            return new FileFormat(named(format, ofVision), null);
        } catch (ModelException e) {
            if (e.getMessage().equals(TemplateTraits.NO_TEXTS) && family != NamedFormat.PLAIN) {
                return new FileFormat(
                        family,
                        TEMPLATE + ": " + e.getMessage() + "; conversations are written as " + family.label() + REMEDY);
            }
            return new FileFormat(null, TEMPLATE + ": " + e.getMessage() + REMEDY);
        }
    }

    /** The named format that a template stands for, or the template. */
    private static PromptFormat named(TemplateFormat format, NamedFormat ofVision) {
        TemplateTraits traits = format.traits();
        if (format.hasToolTemplate() || traits.tools() || traits.reasoning() != null || traits.marker() != null) {
            return format;
        }
        if (ofVision != null && ofVision.writesLike(format)) {
            return ofVision;
        }
        Optional<NamedFormat> named = NamedFormat.writingLike(format);
        return named.isPresent() ? named.get() : format;
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
