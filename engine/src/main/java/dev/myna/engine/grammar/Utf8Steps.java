// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import dev.myna.engine.grammar.Program.Step;
import dev.myna.engine.grammar.rules.CodePoints;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/** Steps that read one character of a set byte by byte: exactly its well-formed UTF-8. */
final class Utf8Steps {
    private static final int[] LAST_OF_LENGTH = {0x7F, 0x7FF, 0xFFFF, 0x10FFFF};

    private final ToIntFunction<Step> add;
    private final Map<List<List<Integer>>, Integer> known = new HashMap<>();

    private Utf8Steps(ToIntFunction<Step> add) {
        this.add = add;
    }

    /** Adds the steps, which end with a return. */
    static int add(CodePoints set, ToIntFunction<Step> add) {
        List<List<Integer>> sequences = new ArrayList<>();
        for (int i = 0; i < set.count(); i++) {
            split(set.low(i), set.high(i), sequences);
        }
        return new Utf8Steps(add).read(sequences);
    }

    /** Splits a range into sequences {@code low, high, low, high, ...} of byte ranges, one pair per byte. */
    private static void split(int low, int high, List<List<Integer>> sequences) {
        for (int last : LAST_OF_LENGTH) {
            if (low <= last && last < high) {
                split(low, last, sequences);
                split(last + 1, high, sequences);
                return;
            }
        }
        if (high < 0x80) {
            sequences.add(List.of(low, high));
            return;
        }
        // Every byte after the first that differs must range over all its values.
        for (int bits = 6; bits <= 18; bits += 6) {
            int mask = (1 << bits) - 1;
            if ((low & ~mask) != (high & ~mask)) {
                if ((low & mask) != 0) {
                    split(low, low | mask, sequences);
                    split((low | mask) + 1, high, sequences);
                    return;
                }
                if ((high & mask) != mask) {
                    split(low, (high & ~mask) - 1, sequences);
                    split(high & ~mask, high, sequences);
                    return;
                }
            }
        }
        byte[] from = Character.toString(low).getBytes(StandardCharsets.UTF_8);
        byte[] to = Character.toString(high).getBytes(StandardCharsets.UTF_8);
        List<Integer> sequence = new ArrayList<>(2 * from.length);
        for (int i = 0; i < from.length; i++) {
            sequence.add(from[i] & 0xff);
            sequence.add(to[i] & 0xff);
        }
        sequences.add(sequence);
    }

    /** Sequences with the same first range share what follows; equal tails are one step. */
    private int read(List<List<Integer>> sequences) {
        Integer step = known.get(sequences);
        if (step != null) {
            return step;
        }
        List<int[]> ranges = new ArrayList<>();
        for (int from = 0; from < sequences.size(); ) {
            int low = sequences.get(from).get(0);
            int high = sequences.get(from).get(1);
            List<List<Integer>> tails = new ArrayList<>();
            int to = from;
            while (to < sequences.size() && sequences.get(to).get(0) == low) {
                List<Integer> sequence = sequences.get(to++);
                if (sequence.size() > 2) {
                    tails.add(sequence.subList(2, sequence.size()));
                }
            }
            ranges.add(new int[] {low, high, tails.isEmpty() ? Program.RETURN : read(tails)});
            from = to;
        }
        int added = add.applyAsInt(new Program.Read(column(ranges, 0), column(ranges, 1), column(ranges, 2)));
        known.put(sequences, added);
        return added;
    }

    private static int[] column(List<int[]> rows, int column) {
        return rows.stream().mapToInt(row -> row[column]).toArray();
    }
}
