// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

import java.util.ArrayList;
import java.util.List;

/** Events of one step; neighbours of a kind become one. */
final class Events {
    private List<AnswerEvent> list = new ArrayList<>();

    void add(AnswerEvent event) {
        AnswerEvent last = list.isEmpty() ? null : list.getLast();
        AnswerEvent joined = joined(last, event);
        if (joined == null) {
            list.add(event);
        } else {
            list.set(list.size() - 1, joined);
        }
    }

    private static AnswerEvent joined(AnswerEvent last, AnswerEvent event) {
        if (last instanceof AnswerEvent.Content(String before) && event instanceof AnswerEvent.Content(String more)) {
            return new AnswerEvent.Content(before + more);
        }
        if (last instanceof AnswerEvent.Reasoning(String before)
                && event instanceof AnswerEvent.Reasoning(String more)) {
            return new AnswerEvent.Reasoning(before + more);
        }
        if (last instanceof AnswerEvent.Arguments(int call, String before)
                && event instanceof AnswerEvent.Arguments(int same, String more)
                && call == same) {
            return new AnswerEvent.Arguments(call, before + more);
        }
        return null;
    }

    /** Those since the last call of this. */
    List<AnswerEvent> take() {
        List<AnswerEvent> taken = list;
        list = new ArrayList<>();
        return taken;
    }
}
