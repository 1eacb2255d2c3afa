// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A conversation as questions and answers, for formats without tools: results of tools become user messages, and calls become text.
 *
 * @param system system text, or null
 * @param tools the description of the tools, or null
 * @param arguments variables of the request
 */
record Turns(String system, String tools, List<Exchange> turns, Map<String, Object> arguments) {

    /**
     * A question and its answer.
     *
     * @param question texts and images in order; texts are not empty
     * @param answer the model's text, or null if it is not generated yet
     */
    record Exchange(List<PromptMessage.Part> question, String answer) {
        Exchange {
            question = List.copyOf(question);
        }

        /** Whether the question begins with an image. */
        boolean beginsWithImage() {
            return !question.isEmpty() && question.getFirst() instanceof PromptMessage.Image;
        }
    }

    static Turns of(Conversation conversation) {
        List<String> system = new ArrayList<>();
        List<Exchange> turns = new ArrayList<>();
        for (PromptMessage message : conversation.messages()) {
            switch (message) {
                case PromptMessage.System text -> system.add(text.text());
                case PromptMessage.User user -> ask(turns, user.parts());
                case PromptMessage.ToolResult result ->
                    ask(turns, List.of(new PromptMessage.Text(GenericTools.result(result.text()))));
                case PromptMessage.Assistant answer ->
                    answer(turns, GenericTools.answer(answer.text(), answer.calls()));
            }
        }
        return new Turns(
                system.isEmpty() ? null : String.join("\n\n", system),
                conversation.tools().isEmpty() ? null : GenericTools.instructions(conversation.tools()),
                turns,
                conversation.arguments());
    }

    /** The system text and the description of the tools, or null if there is neither. */
    String instructions() {
        if (system == null || tools == null) {
            return system == null ? tools : system;
        }
        return system + "\n\n" + tools;
    }

    /** Whether the request sets a variable to this value. */
    boolean says(String name, boolean value) {
        return Boolean.valueOf(value).equals(arguments.get(name));
    }

    /** Two messages in a row are one question; LF stands between their texts. */
    private static void ask(List<Exchange> turns, List<PromptMessage.Part> message) {
        List<PromptMessage.Part> parts = new ArrayList<>();
        if (!turns.isEmpty() && turns.getLast().answer() == null) {
            parts.addAll(turns.removeLast().question());
        }
        boolean first = true;
        for (PromptMessage.Part part : message) {
            if (part instanceof PromptMessage.Text(String text)) {
                if (text.isEmpty()) {
                    continue;
                }
                if (first && !parts.isEmpty() && parts.getLast() instanceof PromptMessage.Text(String before)) {
                    parts.set(parts.size() - 1, new PromptMessage.Text(before + "\n" + text));
                    first = false;
                    continue;
                }
            }
            first = false;
            parts.add(part);
        }
        turns.add(new Exchange(parts, null));
    }

    private static void answer(List<Exchange> turns, String text) {
        Exchange last = turns.isEmpty() ? new Exchange(List.of(), null) : turns.removeLast();
        String answer = last.answer() == null ? text : last.answer() + "\n" + text;
        turns.add(new Exchange(last.question(), answer));
    }
}
