// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

import dev.myna.engine.tools.CallSequence.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How models of a family write calls (docs/spec/chat-templates.md 6). */
public enum ToolFormat {
    /** Qwen 2.5 and 3, Hermes, and what models without a format of their own are asked for. */
    HERMES((char) 0, "<tool_call>") {
        @Override
        CallReader reader(String mark, int from, boolean parallel) {
            return new CallSequence(from, Shape.upTo("</tool_call>"), '{', JsonCall::new, parallel);
        }
    },

    /** Qwen3-Coder and later. */
    QWEN3CODER((char) 0, "<tool_call>", TaggedCall.OPEN) {
        @Override
        CallReader reader(String mark, int from, boolean parallel) {
            int begin = mark.equals(TaggedCall.OPEN) ? from - mark.length() : from;
            return new CallSequence(begin, Shape.upTo("</tool_call>"), '<', TaggedCall::new, parallel);
        }
    },

    /** Llama 3.1 to 3.3: the whole answer is an object. */
    LLAMA3('{', "<|python_tag|>") {
        @Override
        CallReader reader(String mark, int from, boolean parallel) {
            Shape shape = new Shape(false, ';', null);
            return mark.isEmpty()
                    ? new CallSequence(from, shape, '{', JsonCall::new, parallel)
                    : new CallSequence(from, shape, (char) 0, ToolFormat::tagged, parallel);
        }
    },

    /** Small models of Llama 3.2, and Llama 4: the whole answer is a list of Python calls. */
    PYTHONIC('[', "<|python_start|>") {
        @Override
        CallReader reader(String mark, int from, boolean parallel) {
            return new CallSequence(from, Shape.list("<|python_end|>"), (char) 0, ToolFormat::python, parallel);
        }
    },

    /** Gemma 3: Python calls in a fence, or as {@link #PYTHONIC}. */
    GEMMA3('[', "```tool_code") {
        @Override
        CallReader reader(String mark, int from, boolean parallel) {
            return mark.isEmpty()
                    ? PYTHONIC.reader(mark, from, parallel)
                    : new CallSequence(from, Shape.upTo("```"), (char) 0, ToolFormat::python, parallel);
        }
    },

    /** Mistral. */
    MISTRAL((char) 0, "[TOOL_CALLS]") {
        @Override
        CallReader reader(String mark, int from, boolean parallel) {
            return new MistralCalls(from, parallel);
        }
    },

    /** FunctionGemma. */
    FUNCTIONGEMMA((char) 0, "<start_function_call>") {
        @Override
        CallReader reader(String mark, int from, boolean parallel) {
            return new GemmaCall(from);
        }

        @Override
        List<String> dropped(boolean tools) {
            return tools ? List.of(RESPONSE) : List.of();
        }
    },

    /** Command R7B and A, Aya with tools. */
    COHERE((char) 0, "<|START_ACTION|>") {
        @Override
        CallReader reader(String mark, int from, boolean parallel) {
            return new CallSequence(from, Shape.list("<|END_ACTION|>"), '{', JsonCall::new, parallel);
        }

        @Override
        List<String> dropped(boolean tools) {
            return List.of("<|START_RESPONSE|>", "<|END_RESPONSE|>");
        }
    };

    private static final String RESPONSE = "<start_function_response>";

    private final char bare;
    private final List<String> marks;

    ToolFormat(char bare, String... marks) {
        this.bare = bare;
        this.marks = List.of(marks);
    }

    private static CallReader tagged(int from) {
        return new PythonCall(from, ".call");
    }

    private static CallReader python(int from) {
        return new PythonCall(from, "");
    }

    /**
     * Reads what a mark opens.
     *
     * @param mark one of {@link #marks}, or empty for {@link #bare}
     * @param from behind the mark
     */
    abstract CallReader reader(String mark, int from, boolean parallel);

    /** What an answer begins with that is a call; empty if that is the call itself. */
    public String begin() {
        return this == LLAMA3 || this == PYTHONIC ? "" : marks.getFirst();
    }

    /** What a model writes behind its calls to say that it waits for their results, or null. */
    public String waits() {
        return this == FUNCTIONGEMMA ? RESPONSE : null;
    }

    /** All tags of this notation: where they are control tokens, their text is part of a call. */
    List<String> tags() {
        List<String> tags = new ArrayList<>(marks);
        tags.addAll(dropped(true));
        switch (this) {
            case HERMES, QWEN3CODER ->
                tags.addAll(List.of("</tool_call>", "</function>", "<parameter=", "</parameter>"));
            case PYTHONIC -> tags.add("<|python_end|>");
            case MISTRAL -> tags.addAll(List.of("[CALL_ID]", "[ARGS]"));
            case FUNCTIONGEMMA -> tags.addAll(List.of(GemmaCall.CLOSE, GemmaCall.ESCAPE));
            case COHERE -> tags.add("<|END_ACTION|>");
            case LLAMA3, GEMMA3 -> {}
        }
        return tags;
    }

    /** What opens calls, anywhere in an answer. */
    List<String> marks() {
        return marks;
    }

    /** What opens calls as the first character of an answer, or 0. */
    char bare() {
        return bare;
    }

    /** Tags that say nothing to people. @param tools whether there are any */
    List<String> dropped(boolean tools) {
        return List.of();
    }

    /** The name for people: {@code hermes}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The format that a chat template's source speaks of; {@link #HERMES} if it is none that is known. */
    public static ToolFormat of(String source) {
        if (source.contains("<start_function_call>")) {
            return FUNCTIONGEMMA;
        }
        if (source.contains("<function=")) {
            return QWEN3CODER;
        }
        if (source.contains("<|START_ACTION|>")) {
            return COHERE;
        }
        if (source.contains("[TOOL_CALLS]")) {
            return MISTRAL;
        }
        if (source.contains("<tool_call>")) {
            return HERMES;
        }
        if (source.contains("<|python_start|>") || source.contains("[func_name1(")) {
            return PYTHONIC;
        }
        if (source.contains("<|python_tag|>") || source.contains("\"parameters\": ") && source.contains("ipython")) {
            return LLAMA3;
        }
        return source.contains("tool_code") ? GEMMA3 : HERMES;
    }
}
