// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.tools.ReasoningTags;
import dev.myna.engine.tools.ToolFormat;
import java.util.List;

/** Writes a conversation for a model: a published format, or the chat template of a file. */
public sealed interface PromptFormat permits NamedFormat, TemplateFormat {

    /**
     * Renders the conversation as token ids and places of images, in order; BOS first if the vocabulary asks for it. Text between two
     * images is tokenized at once. Special tokens come from the format and from the places of images only.
     *
     * @param images what stands in the place of each image, in the conversation's order
     * @throws dev.myna.engine.error.RequestException if a template refuses the conversation
     */
    List<PromptPiece> render(Tokenizer tokenizer, Conversation conversation, List<ImagePlace> images);

    /** As {@link #render(Tokenizer, Conversation, List)}, with one row for each image. */
    default List<PromptPiece> render(Tokenizer tokenizer, Conversation conversation) {
        return render(tokenizer, conversation, List.of());
    }

    /**
     * Ids that end an answer in this format, if the vocabulary has them. {@link Tokenizer#isEndOfGeneration} ids end it too.
     */
    int[] stopIds(Tokenizer tokenizer);

    /** Whether the format uses a variable of this name. */
    boolean reads(String variable);

    /** How models of this format write calls. */
    ToolFormat toolFormat();

    /** The tags around the reasoning of these models, or null. */
    ReasoningTags reasoning();

    /** The name for display: {@code vicuna_v1}, or {@code template}. */
    String label();
}
