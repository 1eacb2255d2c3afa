// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.text;

import dev.myna.loaders.datasets.PythonText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * chrF: the F-score of character n-grams without white space, averaged over orders that both sides have, beta 2, from 0 to 100.
 *
 * @param characters highest order of character n-grams
 * @param words highest order of word n-grams; 0 for chrF, 2 for chrF++
 * @param lowercase whether case is ignored
 */
public record Chrf(int characters, int words, boolean lowercase) {
    /** chrF2 as sacreBLEU computes it. */
    public static final Chrf CHRF = new Chrf(6, 0, false);

    /** chrF2++. */
    public static final Chrf PLUS_PLUS = new Chrf(6, 2, false);

    private static final double BETA_SQUARED = 4;
    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /** Counts of one order: n-grams of the hypothesis, of the reference, of both. */
    private record Counts(long hypothesis, long reference, long both) {
        Counts plus(Counts other) {
            return new Counts(hypothesis + other.hypothesis, reference + other.reference, both + other.both);
        }
    }

    /** The score of a sentence: the best of its references. */
    public double sentence(String hypothesis, List<String> references) {
        return score(best(hypothesis, references));
    }

    /** The score of sentences whose n-grams are counted together. */
    public double corpus(List<String> hypotheses, List<List<String>> references) {
        List<Counts> sum = null;
        for (int i = 0; i < hypotheses.size(); i++) {
            List<Counts> counts = best(hypotheses.get(i), references.get(i));
            if (sum == null) {
                sum = counts;
            } else {
                List<Counts> more = new ArrayList<>();
                for (int k = 0; k < counts.size(); k++) {
                    more.add(sum.get(k).plus(counts.get(k)));
                }
                sum = more;
            }
        }
        return sum == null ? 0 : score(sum);
    }

    private List<Counts> best(String hypothesis, List<String> references) {
        List<Map<List<?>, Integer>> own = grams(hypothesis);
        List<Counts> best = null;
        double bestScore = -1;
        for (String reference : references) {
            List<Map<List<?>, Integer>> other = grams(reference);
            List<Counts> counts = new ArrayList<>();
            for (int i = 0; i < own.size(); i++) {
                counts.add(counts(own.get(i), other.get(i)));
            }
            double score = score(counts);
            if (score > bestScore) {
                bestScore = score;
                best = counts;
            }
        }
        return best;
    }

    private static Counts counts(Map<List<?>, Integer> own, Map<List<?>, Integer> other) {
        long hypothesis = 0;
        long both = 0;
        for (Map.Entry<List<?>, Integer> gram : own.entrySet()) {
            hypothesis += gram.getValue();
            both += Math.min(gram.getValue(), other.getOrDefault(gram.getKey(), 0));
        }
        long reference = 0;
        for (int count : other.values()) {
            reference += count;
        }
        return new Counts(other.isEmpty() ? 0 : hypothesis, reference, both);
    }

    private static double score(List<Counts> orders) {
        double precision = 0;
        double recall = 0;
        int used = 0;
        for (Counts order : orders) {
            if (order.hypothesis > 0 && order.reference > 0) {
                precision += (double) order.both / order.hypothesis;
                recall += (double) order.both / order.reference;
                used++;
            }
        }
        if (used == 0 || precision + recall == 0) {
            return 0;
        }
        precision /= used;
        recall /= used;
        return 100 * ((1 + BETA_SQUARED) * precision * recall / (BETA_SQUARED * precision + recall));
    }

    private List<Map<List<?>, Integer>> grams(String text) {
        String line = lowercase ? text.toLowerCase(Locale.ROOT) : text;
        List<Map<List<?>, Integer>> orders = new ArrayList<>();
        List<Integer> points = new ArrayList<>();
        String.join("", PythonText.split(line)).codePoints().forEach(points::add);
        for (int n = 1; n <= characters; n++) {
            orders.add(count(points, n));
        }
        List<String> tokens = tokens(line);
        for (int n = 1; n <= words; n++) {
            orders.add(count(tokens, n));
        }
        return orders;
    }

    private static <T> Map<List<?>, Integer> count(List<T> items, int n) {
        Map<List<?>, Integer> counts = new HashMap<>();
        for (int i = 0; i + n <= items.size(); i++) {
            counts.merge(List.copyOf(items.subList(i, i + n)), 1, Integer::sum);
        }
        return counts;
    }

    /** Words, less one punctuation mark at their end or else at their start, which is a word of its own. */
    private static List<String> tokens(String line) {
        List<String> tokens = new ArrayList<>();
        for (String word : PythonText.split(line)) {
            int last = word.length() - 1;
            if (word.codePointCount(0, word.length()) == 1) {
                tokens.add(word);
            } else if (PUNCTUATION.indexOf(word.charAt(last)) >= 0) {
                tokens.add(word.substring(0, last));
                tokens.add(word.substring(last));
            } else if (PUNCTUATION.indexOf(word.charAt(0)) >= 0) {
                tokens.add(word.substring(0, 1));
                tokens.add(word.substring(1));
            } else {
                tokens.add(word);
            }
        }
        return tokens;
    }
}
