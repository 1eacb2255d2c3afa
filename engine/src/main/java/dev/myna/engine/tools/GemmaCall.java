// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

/** FunctionGemma's call: {@code call:NAME{key:<escape>text<escape>,n:3}<end_function_call>}. It is announced when it is complete. */
final class GemmaCall extends CallReader {
    static final String CLOSE = "<end_function_call>";
    static final String ESCAPE = "<escape>";
    private static final String BEGIN = "call:";

    private String name;
    private int open;
    private int depth;
    private boolean inText;

    /** @param from behind the opening tag */
    GemmaCall(int from) {
        at = from;
        begun = from;
    }

    @Override
    Progress read(StringBuilder text, Calls calls) {
        if (name == null) {
            Name found = name(text, BEGIN, '{', calls);
            if (found.known() == null) {
                return found.progress();
            }
            name = found.known();
            open = at;
        }
        if (!toEnd(text)) {
            return Progress.WAITS;
        }
        int closed = tagAt(text, at, CLOSE);
        if (closed < 0) {
            return Progress.WAITS;
        }
        String arguments = closed == 0 ? null : GemmaLiterals.object(text.substring(open, at));
        if (arguments == null) {
            return Progress.REFUSED;
        }
        calls.begin(name, null);
        calls.arguments(arguments);
        announced = true;
        at += CLOSE.length();
        begun = at;
        return Progress.ENDED;
    }

    /** Moves behind the brace that closes the arguments; whether it is there yet. */
    private boolean toEnd(StringBuilder text) {
        if (depth < 0) {
            return true;
        }
        while (at < text.length()) {
            int escape = tagAt(text, at, ESCAPE);
            if (escape < 0) {
                return false;
            }
            if (escape > 0) {
                inText = !inText;
                at += ESCAPE.length();
                continue;
            }
            char c = text.charAt(at++);
            if (!inText) {
                depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
                if (depth == 0) {
                    depth = -1;
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    void shift(int count) {
        super.shift(count);
        open -= count;
    }
}
