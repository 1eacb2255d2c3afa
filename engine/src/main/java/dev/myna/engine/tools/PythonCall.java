// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

/** One call in Python's notation: {@code name(key="value", …)}, keywords and literals only. It is announced when it is complete. */
final class PythonCall extends CallReader {
    private final String suffix;
    private String name;
    private int open;

    /**
     * @param from where the name begins
     * @param suffix what stands behind the name, possibly nothing
     */
    PythonCall(int from, String suffix) {
        at = from;
        begun = from;
        this.suffix = suffix;
    }

    @Override
    Progress read(StringBuilder text, Calls calls) {
        if (scan == null) {
            int end = afterName(text, at);
            if (end == text.length()) {
                return end - at > MAX_NAME + suffix.length() ? Progress.REFUSED : Progress.WAITS;
            }
            String said = text.substring(at, end);
            if (text.charAt(end) != '(' || !said.endsWith(suffix)) {
                return Progress.REFUSED;
            }
            name = said.substring(0, said.length() - suffix.length());
            if (!calls.knows(name)) {
                return Progress.REFUSED;
            }
            open = end;
            scan = new ValueScan(open, 0, true);
        }
        int end = scan.end(text);
        if (end < 0) {
            return Progress.WAITS;
        }
        String arguments = PythonLiterals.keywords(text.substring(open + 1, end - 1));
        if (arguments == null) {
            return Progress.REFUSED;
        }
        calls.begin(name, null);
        calls.arguments(arguments);
        announced = true;
        at = end;
        begun = end;
        return Progress.ENDED;
    }

    @Override
    boolean isCertain() {
        return scan != null;
    }

    @Override
    void shift(int count) {
        super.shift(count);
        open -= count;
    }
}
