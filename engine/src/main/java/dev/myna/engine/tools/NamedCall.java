// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

/** A call of Mistral's later models: {@code NAME[ARGS]{…}} or {@code NAME[CALL_ID]id[ARGS]{…}}. */
final class NamedCall extends CallReader {
    private static final String ID = "[CALL_ID]";
    private static final String ARGUMENTS = "[ARGS]";

    private enum Step {
        NAME,
        TAG,
        ID,
        BRACE,
        ARGUMENTS
    }

    private Step step = Step.NAME;
    private String name;
    private String id;

    /** @param from where the name begins */
    NamedCall(int from) {
        at = from;
        begun = from;
    }

    @Override
    Progress read(StringBuilder text, Calls calls) {
        while (true) {
            Progress progress = switch (step) {
                case NAME -> name(text);
                case TAG -> tag(text, calls);
                case ID -> id(text);
                case BRACE -> brace(text, calls);
                case ARGUMENTS -> arguments(text, calls);
            };
            if (progress != null) {
                return progress;
            }
        }
    }

    private Progress name(StringBuilder text) {
        if (!skipSpace(text)) {
            return Progress.WAITS;
        }
        int end = afterName(text, at);
        if (end - at > MAX_NAME) {
            return Progress.REFUSED;
        }
        if (end == text.length()) {
            return Progress.WAITS;
        }
        name = text.substring(at, end);
        at = end;
        step = Step.TAG;
        return null;
    }

    private Progress tag(StringBuilder text, Calls calls) {
        if (!skipSpace(text)) {
            return Progress.WAITS;
        }
        int ids = tagAt(text, at, ID);
        int arguments = tagAt(text, at, ARGUMENTS);
        if (ids < 0 || arguments < 0) {
            return Progress.WAITS;
        }
        if (ids + arguments == 0 || !calls.knows(name)) {
            return Progress.REFUSED;
        }
        at += ids > 0 ? ID.length() : ARGUMENTS.length();
        step = ids > 0 ? Step.ID : Step.BRACE;
        return null;
    }

    private Progress id(StringBuilder text) {
        int end = afterName(text, at);
        if (end - at > MAX_NAME) {
            return Progress.REFUSED;
        }
        int arguments = tagAt(text, end, ARGUMENTS);
        if (arguments < 0) {
            return Progress.WAITS;
        }
        if (arguments == 0 || end == at) {
            return Progress.REFUSED;
        }
        id = text.substring(at, end);
        at = end + ARGUMENTS.length();
        step = Step.BRACE;
        return null;
    }

    private Progress brace(StringBuilder text, Calls calls) {
        if (!skipSpace(text)) {
            return Progress.WAITS;
        }
        if (text.charAt(at) != '{') {
            return Progress.REFUSED;
        }
        calls.begin(name, id);
        begun = at;
        scan = new ValueScan(at, 0, false);
        step = Step.ARGUMENTS;
        return null;
    }

    private Progress arguments(StringBuilder text, Calls calls) {
        return passOn(text, scan, calls) ? Progress.ENDED : Progress.WAITS;
    }

    @Override
    boolean announced() {
        return step == Step.ARGUMENTS;
    }
}
