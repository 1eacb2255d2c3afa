// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

/** What follows {@code [TOOL_CALLS]}: a list of objects (v3), or one call with its name in front (v11 and later). */
final class MistralCalls extends CallReader {
    private final boolean parallel;
    private CallReader calls;

    MistralCalls(int from, boolean parallel) {
        at = from;
        begun = from;
        this.parallel = parallel;
    }

    @Override
    Progress read(StringBuilder text, Calls found) {
        if (calls == null) {
            if (!skipSpace(text)) {
                return Progress.WAITS;
            }
            calls = text.charAt(at) == '['
                    ? new CallSequence(at, CallSequence.Shape.list(null), '{', JsonCall::new, parallel)
                    : new NamedCall(at);
        }
        Progress progress = calls.read(text, found);
        at = calls.at;
        begun = calls.begun;
        return progress;
    }

    @Override
    boolean announced() {
        return calls != null && calls.announced();
    }

    @Override
    void shift(int count) {
        super.shift(count);
        if (calls != null) {
            calls.shift(count);
        }
    }
}
