// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossy;

import java.util.Arrays;

/** Reads tables of small numbers from text, which shows their shape better than initializers do. */
final class Tables {
    private Tables() {}

    /** All numbers of the text, in order. */
    static int[] numbers(String text, int count) {
        int[] numbers = new int[count];
        int n = 0;
        int number = -1;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : ' ';
            if (c >= '0' && c <= '9') {
                number = Math.max(number, 0) * 10 + c - '0';
            } else if (number >= 0) {
                numbers[n++] = number;
                number = -1;
            }
        }
        if (n != count) {
            throw new IllegalStateException(n + " numbers where " + count + " belong");
        }
        return numbers;
    }

    /**
     * Fields of {@code size} numbers each, separated by {@code |} or line ends; numbers left out at a field's end are
     * {@code rest}.
     */
    static int[] fields(String text, int fields, int size, int rest) {
        int[] numbers = new int[fields * size];
        Arrays.fill(numbers, rest);
        String[] parts = text.strip().split("[|\n]", -1);
        if (parts.length != fields) {
            throw new IllegalStateException(parts.length + " fields where " + fields + " belong");
        }
        for (int i = 0; i < fields; i++) {
            String[] written = parts[i].strip().split(" +", -1);
            for (int k = 0; k < written.length && !written[k].equals("-"); k++) {
                numbers[i * size + k] = Integer.parseInt(written[k]);
            }
        }
        return numbers;
    }
}
