// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import java.util.Arrays;
import java.util.List;

/**
 * A grammar as a pushdown automaton over the bytes of UTF-8: numbered steps, of which {@link Read}s take a byte and the
 * others none. Step {@link #RETURN} ends a rule.
 *
 * @param start the step an answer begins at, on an empty stack
 * @param spaced the step an answer begins at that may have a space in front of it
 * @param classOf for each byte its class: bytes of one class are never told apart
 * @param representatives a byte of each class
 */
record Program(Step[] steps, int start, int spaced, byte[] classOf, byte[] representatives) {
    static final int RETURN = 0;

    /** What happens at a place of the grammar. */
    sealed interface Step {}

    /** Goes on at the place below on the stack. */
    record Return() implements Step {}

    /** Takes a byte of {@code [lows[i], highs[i]]} and goes on at {@code targets[i]}. */
    record Read(int[] lows, int[] highs, int[] targets) implements Step {
        int target(int value) {
            for (int i = 0; i < lows.length; i++) {
                if (value >= lows[i] && value <= highs[i]) {
                    return targets[i];
                }
            }
            return -1;
        }
    }

    /** Goes through a rule, then on at {@code next}. */
    record Call(int entry, int next) implements Step {}

    /** Goes on at all of these. */
    record Split(int[] targets) implements Step {}

    /** Goes through {@code body} {@code min} to {@code max} times, then on at {@code next}; the count is on the stack. */
    record Loop(int body, int min, int max, int next, boolean bodyCanBeEmpty) implements Step {}

    static Program of(List<Step> list, int start, int spaced) {
        Step[] steps = list.toArray(Step[]::new);
        boolean[] first = new boolean[257];
        first[0] = true;
        for (Step step : steps) {
            if (step instanceof Read read) {
                for (int i = 0; i < read.lows().length; i++) {
                    first[read.lows()[i]] = true;
                    first[read.highs()[i] + 1] = true;
                }
            }
        }
        byte[] classOf = new byte[256];
        byte[] representatives = new byte[256];
        int classes = 0;
        for (int value = 0; value < 256; value++) {
            if (first[value]) {
                representatives[classes++] = (byte) value;
            }
            classOf[value] = (byte) (classes - 1);
        }
        return new Program(steps, start, spaced, classOf, Arrays.copyOf(representatives, classes));
    }

    int classes() {
        return representatives.length;
    }
}
