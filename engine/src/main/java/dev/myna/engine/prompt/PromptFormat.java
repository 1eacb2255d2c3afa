// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.tools.ReasoningTags;
import dev.myna.engine.tools.ToolFormat;
import java.util.List;

/** How a conversation is written for a model: by a published format, or by the chat template of a file. */
public sealed interface PromptFormat permits NamedFormat, TemplateFormat {

    /**
     * The conversation as token ids and images, in order; BOS first if the vocabulary wants one. Text between two images is
     * tokenized as one, with special tokens from the format only.
     *
     * @throws dev.myna.engine.error.RequestException if a template refuses the conversation
     */
    List<PromptPiece> render(Tokenizer tokenizer, Conversation conversation);

    /**
     * Ids that end an answer in this format, as far as the vocabulary has them. {@link Tokenizer#isEndOfGeneration} ids
     * end it too.
     */
    int[] stopIds(Tokenizer tokenizer);

    /** Whether a variable of this name can make a difference. */
    boolean reads(String variable);

    /** How models of this format write calls. */
    ToolFormat toolFormat();

    /** What they write around their reasoning, or null. */
    ReasoningTags reasoning();

    /** The name for people: {@code vicuna_v1}, or {@code template}. */
    String label();
}
