// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.GenerationOptions;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.grammar.Grammar;
import dev.myna.engine.grammar.GrammarMask;
import dev.myna.engine.sampling.Sampler;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.tools.AnswerReader;
import dev.myna.engine.tools.ReasoningTags;
import dev.myna.engine.tools.ToolFormat;
import dev.myna.engine.tools.ToolUse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What an answer may be at each of its places (docs/spec/chat-templates.md 8): free, within a grammar, or a tag that has to come. A grammar
 * of the request holds behind the reasoning, that of calls from the mark on that opens them. For one thread.
 */
final class AnswerShape {
    private enum Stage {
        /** In front of the content: the model reasons, or may begin to. */
        BEFORE,
        CONTENT,
        CALLS
    }

    private final GenerationOptions options;
    private final LoadedModel model;
    private final Sampler sampler;
    private final int[] stopIds;
    private final ReasoningTags tags;
    private final ToolUse tools;
    private final ToolFormat format;

    /** Null if nothing is read out of the answer. */
    private final AnswerReader reader;

    /** Null without tools. */
    private final Grammar.Calls calls;

    /** Tokens that have to come next. */
    private final Deque<Integer> forced = new ArrayDeque<>();

    private Stage stage;
    private boolean reasons;
    private int reasoned;

    /**
     * @param stopIds tokens that end the answer, beside the vocabulary's
     * @param tags of reasoning, or null
     * @param reader of the answer, or null if nothing is to be read out of it
     * @throws RequestException if a grammar and tools cannot be had together
     */
    AnswerShape(
            GenerationOptions options,
            SessionSetup frame,
            int[] stopIds,
            ReasoningTags tags,
            ToolUse tools,
            Sampler sampler,
            AnswerReader reader) {
        this.options = options;
        this.tags = tags;
        this.tools = tools;
        this.sampler = sampler;
        this.stopIds = stopIds;
        this.reader = reader;
        model = frame.model();
        format = frame.format().toolFormat();
        calls = tools.offered().isEmpty() ? null : compiled();
        if (tags == null) {
            stage = Stage.CONTENT;
            restrictContent(-1);
        } else {
            stage = Stage.BEFORE;
            if (tags.started()) {
                beginReasoning();
            } else {
                restrictContent(model.tokenizer().id(tags.open()));
            }
        }
    }

    /** Before the answer begins: compiling takes time. */
    private Grammar.Calls compiled() {
        if (options.grammar().isPresent() && (tools.required() || format.begin().isEmpty())) {
            throw new RequestException("a grammar and these tools cannot both shape the answer: give one of them");
        }
        model.tokenTrie();
        boolean opened = !format.begin().isEmpty() && (!tools.required() || mark() >= 0);
        return Grammar.calls(format, tools.callable(), tools.many(), opened);
    }

    /** Tools whose schemas are not enforced. */
    List<String> unenforced() {
        return calls == null ? List.of() : calls.loose();
    }

    /** Chooses the next token. */
    int next(float[] logits, int offset) {
        if (forced.isEmpty()) {
            return sampler.next(logits, offset);
        }
        int token = forced.remove();
        sampler.accept(token);
        return token;
    }

    /** Looks at where the answer has come to with its latest token. */
    void follow() {
        if (reader == null) {
            return;
        }
        if (stage == Stage.BEFORE) {
            if (reader.reasons()) {
                reason();
            } else if (!reader.beforeContent()) {
                stage = Stage.CONTENT;
                if (reasons) {
                    restrictContent(-1);
                }
            }
        }
        if (!reader.beforeContent()) {
            // What might have come instead of the content can do so no more.
            sampler.endExemptions();
        }
        String opened = reader.takeOpened();
        if (opened != null && stage != Stage.CALLS) {
            open(opened);
        }
    }

    /** Whether nothing but the end can come. */
    boolean complete() {
        return forced.isEmpty() && sampler.complete();
    }

    private void reason() {
        if (reasons) {
            reasoned++;
            limitReasoning();
        } else {
            beginReasoning();
        }
    }

    private void beginReasoning() {
        reasons = true;
        sampler.restrict(null);
        limitReasoning();
    }

    /** When the budget is spent, the closing tag has to come. */
    private void limitReasoning() {
        if (reasoned == options.reasoningBudget()) {
            for (int id : model.tokenizer().encode(tags.close(), Tokenizer.Specials.PARSE)) {
                forced.add(id);
            }
        }
    }

    /**
     * What holds for the content from its beginning.
     *
     * @param reasoning token that may come instead, or -1
     */
    private void restrictContent(int reasoning) {
        if (tools.required() && mark() >= 0) {
            // One token opens calls: it is never spelled with others.
            sampler.requireNext(mark(), reasoning);
        } else if (tools.required()) {
            sampler.restrict(callMask(), reasoning);
        } else if (options.grammar().isPresent()) {
            sampler.restrict(
                    options.grammar().get().mask(model.tokenTrie(), new int[0], stopIds),
                    reasoning,
                    calls == null ? -1 : mark());
        }
    }

    /** The token that opens calls, or -1 if it takes several, or none. */
    private int mark() {
        return format.begin().isEmpty() ? -1 : model.tokenizer().id(format.begin());
    }

    /** Calls begin: from here on they hold to their schemas, unless they break them with the very token that opens them. */
    private void open(String text) {
        if (tools.required() && mark() < 0) {
            stage = Stage.CALLS;
            return;
        }
        GrammarMask mask = callMask();
        if (mask.accept(text.getBytes(StandardCharsets.UTF_8))) {
            stage = Stage.CALLS;
            sampler.restrict(mask);
        }
    }

    /** Control tokens that are tags stand for their text. */
    private GrammarMask callMask() {
        Tokenizer tokenizer = model.tokenizer();
        int[] spelled = reader.tags().stream()
                .mapToInt(tokenizer::id)
                .filter(id -> id >= 0 && tokenizer.bytes(id).length == 0)
                .toArray();
        return calls.grammar().mask(model.tokenTrie(), spelled, stopIds);
    }
}
