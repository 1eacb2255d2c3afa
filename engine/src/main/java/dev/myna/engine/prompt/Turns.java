// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import java.util.ArrayList;
import java.util.List;

/**
 * A conversation as questions and answers, for formats without tools: results of tools become user messages, and calls become text.
 *
 * @param system system text, or null
 * @param tools the description of the tools, or null
 */
record Turns(String system, String tools, List<Turn> turns) {

    static Turns of(Conversation conversation) {
        List<String> system = new ArrayList<>();
        List<Turn> turns = new ArrayList<>();
        for (PromptMessage message : conversation.messages()) {
            switch (message) {
                case PromptMessage.System text -> system.add(text.text());
                case PromptMessage.User user -> ask(turns, user.images(), user.text());
                case PromptMessage.ToolResult result -> ask(turns, 0, GenericTools.result(result.text()));
                case PromptMessage.Assistant answer ->
                    answer(turns, GenericTools.answer(answer.text(), answer.calls()));
            }
        }
        return new Turns(
                system.isEmpty() ? null : String.join("\n\n", system),
                conversation.tools().isEmpty() ? null : GenericTools.instructions(conversation.tools()),
                turns);
    }

    private static void ask(List<Turn> turns, int images, String text) {
        Turn last = turns.isEmpty() ? null : turns.getLast();
        if (last == null || last.answer() != null) {
            turns.add(new Turn(images, text, null));
        } else {
            String question = last.question().isEmpty() ? text : last.question() + "\n" + text;
            turns.set(turns.size() - 1, new Turn(last.images() + images, question, null));
        }
    }

    private static void answer(List<Turn> turns, String text) {
        Turn last = turns.isEmpty() ? new Turn(0, "", null) : turns.removeLast();
        String answer = last.answer() == null ? text : last.answer() + "\n" + text;
        turns.add(new Turn(last.images(), last.question(), answer));
    }
}
