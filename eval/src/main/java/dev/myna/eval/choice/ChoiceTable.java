// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.choice;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;

/** Accuracies over the rows of a table: overall, by {@code l2-category} and by category (docs/spec/evaluation.md 2.4). */
public final class ChoiceTable {
    /** How rows count. */
    public enum Mode {
        /** Each row by itself. */
        VANILLA,
        /** A row is a hit if it and all its rotated copies are. */
        CIRCULAR
    }

    /** Name of the accuracy over all rows. */
    public static final String OVERALL = "Overall";

    /** The split of tables without splits. */
    public static final String NO_SPLIT = "none";

    private static final Map<String, String> SHORT_NAMES = Map.of(
            "coarse_perception", "CP",
            "finegrained_perception (instance-level)", "FP-S",
            "finegrained_perception (cross-instance)", "FP-C",
            "logic_reasoning", "LR",
            "relation_reasoning", "RR",
            "attribute_reasoning", "AR");

    private ChoiceTable() {}

    /** Hits by index; with {@link Mode#CIRCULAR} of main rows only, in their order. */
    public static Map<Long, Boolean> hits(List<ChoiceRow> rows, Mode mode) {
        Map<Long, Boolean> hits = new LinkedHashMap<>();
        if (mode == Mode.VANILLA) {
            rows.forEach(row -> hits.put(row.index(), row.hit()));
            return hits;
        }
        Map<Long, Boolean> groups = new HashMap<>();
        for (ChoiceRow row : rows) {
            groups.merge(row.index() % ChoiceRow.ROTATED, row.hit(), Boolean::logicalAnd);
        }
        for (ChoiceRow row : rows) {
            if (row.index() < ChoiceRow.ROTATED) {
                hits.put(row.index(), groups.get(row.index()));
            }
        }
        return hits;
    }

    /** Accuracies from 0 to 1 by split, then by name; NaN where a split has no such rows. Splits are in alphabetical order. */
    public static Map<String, Map<String, Double>> of(List<ChoiceRow> rows, Mode mode) {
        Map<Long, Boolean> hits = hits(rows, mode);
        List<ChoiceRow> counted = new ArrayList<>();
        for (ChoiceRow row : rows) {
            if (hits.containsKey(row.index())) {
                counted.add(row);
            }
        }
        Map<String, Map<String, Double>> table = new LinkedHashMap<>();
        for (String split : names(counted, ChoiceTable::split)) {
            List<ChoiceRow> own =
                    counted.stream().filter(row -> split(row).equals(split)).toList();
            Map<String, Double> line = new LinkedHashMap<>();
            line.put(OVERALL, mean(own, hits));
            for (Function<ChoiceRow, String> by :
                    List.<Function<ChoiceRow, String>>of(ChoiceRow::group, ChoiceRow::category)) {
                for (String name : names(counted, by)) {
                    List<ChoiceRow> some = own.stream()
                            .filter(row -> name.equals(by.apply(row)))
                            .toList();
                    line.put(SHORT_NAMES.getOrDefault(name, name), mean(some, hits));
                }
            }
            table.put(split, line);
        }
        return table;
    }

    private static String split(ChoiceRow row) {
        return row.split() == null ? NO_SPLIT : row.split();
    }

    private static TreeSet<String> names(List<ChoiceRow> rows, Function<ChoiceRow, String> by) {
        TreeSet<String> names = new TreeSet<>();
        for (ChoiceRow row : rows) {
            if (by.apply(row) != null) {
                names.add(by.apply(row));
            }
        }
        return names;
    }

    private static double mean(List<ChoiceRow> rows, Map<Long, Boolean> hits) {
        int right = 0;
        for (ChoiceRow row : rows) {
            right += hits.get(row.index()) ? 1 : 0;
        }
        return (double) right / rows.size();
    }
}
