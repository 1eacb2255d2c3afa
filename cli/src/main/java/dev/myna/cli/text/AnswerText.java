// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.text;

/** Trims an answer while it streams: drops leading white space, holds white space back until more text follows. */
public final class AnswerText {
    private final StringBuilder whole = new StringBuilder();
    private final StringBuilder held = new StringBuilder();

    /** What to show now, given the next piece. */
    public String accept(String piece) {
        held.append(piece);
        int start = 0;
        if (whole.isEmpty()) {
            while (start < held.length() && Character.isWhitespace(held.charAt(start))) {
                start++;
            }
        }
        int end = held.length();
        while (end > start && Character.isWhitespace(held.charAt(end - 1))) {
            end--;
        }
        String ready = held.substring(start, end);
        held.delete(0, ready.isEmpty() ? start : end);
        whole.append(ready);
        return ready;
    }

    /** Everything shown so far. */
    public String whole() {
        return whole.toString();
    }
}
