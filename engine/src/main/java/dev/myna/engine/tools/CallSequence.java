// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

import java.util.function.IntFunction;

/** Calls one after the other, in brackets or not, and the tag behind them. */
final class CallSequence extends CallReader {

    /**
     * How calls follow each other.
     *
     * @param brackets whether they are a list in square brackets, with commas between them
     * @param separator what may stand between them beside white space, or 0
     * @param close the tag behind them, which may be missing; null if there is none
     */
    record Shape(boolean brackets, char separator, String close) {
        /** Calls up to a tag. */
        static Shape upTo(String close) {
            return new Shape(false, (char) 0, close);
        }

        /** A list, and a tag behind it. */
        static Shape list(String close) {
            return new Shape(true, (char) 0, close);
        }
    }

    private enum Step {
        BRACKET,
        CALL,
        AFTER,
        CLOSE
    }

    private final Shape shape;
    private final boolean parallel;

    /** What a call begins with, or 0 if it begins with its name. */
    private final char first;

    private final IntFunction<CallReader> newCall;
    private Step step;
    private CallReader call;
    private int complete;

    /**
     * @param from where to begin
     * @param first what a call begins with, or 0 if it begins with its name
     * @param newCall reads one call from an index on
     * @param parallel whether there may be more than one
     */
    CallSequence(int from, Shape shape, char first, IntFunction<CallReader> newCall, boolean parallel) {
        at = from;
        begun = from;
        this.shape = shape;
        this.first = first;
        this.newCall = newCall;
        this.parallel = parallel;
        step = shape.brackets ? Step.BRACKET : Step.CALL;
    }

    @Override
    Progress read(StringBuilder text, Calls calls) {
        while (true) {
            Progress progress = switch (step) {
                case BRACKET -> bracket(text);
                case CALL -> call(text, calls);
                case AFTER -> after(text);
                case CLOSE -> close(text);
            };
            if (progress != null) {
                return progress;
            }
        }
    }

    private Progress bracket(StringBuilder text) {
        if (!skipSpace(text)) {
            return Progress.WAITS;
        }
        if (text.charAt(at) != '[') {
            return Progress.REFUSED;
        }
        at++;
        step = Step.CALL;
        return null;
    }

    private Progress call(StringBuilder text, Calls calls) {
        if (call == null) {
            if (!skipSpace(text)) {
                return Progress.WAITS;
            }
            if (complete > 0) {
                begun = at;
            }
            if (complete > 0 && shape.brackets && text.charAt(at) == ']') {
                return bracketClosed();
            }
            if (first != 0 && text.charAt(at) != first) {
                return Progress.REFUSED;
            }
            call = newCall.apply(at);
        }
        Progress progress = call.read(text, calls);
        at = call.at;
        if (announced()) {
            begun = call.begun;
        }
        if (progress != Progress.ENDED) {
            return progress;
        }
        call = null;
        complete++;
        begun = at;
        step = Step.AFTER;
        return parallel ? null : Progress.ENDED;
    }

    /** Another call, or the end. */
    private Progress after(StringBuilder text) {
        if (!skipSpace(text)) {
            return Progress.WAITS;
        }
        begun = at;
        char c = text.charAt(at);
        if (shape.brackets) {
            if (c == ',') {
                at++;
                step = Step.CALL;
                return null;
            }
            if (c != ']') {
                return Progress.ENDED;
            }
            return bracketClosed();
        }
        if (shape.separator != 0 && c == shape.separator) {
            at++;
            return null;
        }
        if (shape.close != null) {
            int closed = tagAt(text, at, shape.close);
            if (closed != 0) {
                return closed < 0 ? Progress.WAITS : closed();
            }
        }
        if (first != 0 ? c != first : shape.close == null) {
            return Progress.ENDED;
        }
        step = Step.CALL;
        return null;
    }

    private Progress bracketClosed() {
        at++;
        begun = at;
        step = Step.CLOSE;
        return null;
    }

    private Progress close(StringBuilder text) {
        if (shape.close == null) {
            return Progress.ENDED;
        }
        if (!skipSpace(text)) {
            return Progress.WAITS;
        }
        begun = at;
        int closed = tagAt(text, at, shape.close);
        return closed < 0 ? Progress.WAITS : closed == 0 ? Progress.ENDED : closed();
    }

    private Progress closed() {
        at += shape.close.length();
        begun = at;
        return Progress.ENDED;
    }

    @Override
    boolean isCertain() {
        return announced() || call != null && call.isCertain();
    }

    @Override
    boolean announced() {
        return complete > 0 || call != null && call.announced();
    }

    @Override
    void shift(int count) {
        super.shift(count);
        if (call != null) {
            call.shift(count);
        }
    }
}
