// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.text;

import dev.myna.loaders.datasets.PythonText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The COCO metrics over the captions of many images: BLEU, CIDEr and ROUGE-L (docs/spec/evaluation.md 3.5). Captions are tokenized
 * here. The references of an image are pooled; its last prediction counts.
 */
public final class CaptionCorpus {
    private static final int ORDERS = 4;
    private static final double SIGMA = 6;
    private static final double TINY = 1e-15;
    private static final double SMALL = 1e-9;

    private final Map<Long, List<String>> references = new LinkedHashMap<>();
    private final Map<Long, String> predictions = new LinkedHashMap<>();

    /** Adds a prediction for an image and references of it. */
    public void add(long image, String prediction, List<String> gold) {
        references.computeIfAbsent(image, _ -> new ArrayList<>()).addAll(gold);
        predictions.put(image, prediction);
    }

    /**
     * All scores.
     *
     * @param bleu of orders 1 to 4, from 0 to 1
     * @param cider not limited
     * @param rougeL mean over the images, from 0 to 1
     */
    public record Scores(double[] bleu, double cider, double rougeL) {}

    /** An image's tokenized captions. */
    private record Pair(String prediction, List<String> references) {}

    /** The scores of what was added; empty if that is nothing. */
    public java.util.Optional<Scores> scores() {
        if (predictions.isEmpty()) {
            return java.util.Optional.empty();
        }
        List<String> texts = new ArrayList<>(predictions.values());
        references.values().forEach(texts::addAll);
        List<String> tokens = PtbTokenizer.captions(texts);
        List<Pair> pairs = new ArrayList<>();
        int next = predictions.size();
        int at = 0;
        for (List<String> gold : references.values()) {
            pairs.add(new Pair(tokens.get(at++), tokens.subList(next, next + gold.size())));
            next += gold.size();
        }
        double rouge = 0;
        for (Pair pair : pairs) {
            rouge += RougeL.of(pair.prediction, pair.references);
        }
        return java.util.Optional.of(new Scores(bleu(pairs), cider(pairs), rouge / pairs.size()));
    }

    private static Map<List<String>, Integer> grams(List<String> words, int n) {
        Map<List<String>, Integer> counts = new HashMap<>();
        for (int i = 0; i + n <= words.size(); i++) {
            counts.merge(List.copyOf(words.subList(i, i + n)), 1, Integer::sum);
        }
        return counts;
    }

    private static double[] bleu(List<Pair> pairs) {
        double[] right = new double[ORDERS];
        double[] guessed = new double[ORDERS];
        double length = 0;
        double referenceLength = 0;
        for (Pair pair : pairs) {
            List<String> words = PythonText.split(pair.prediction);
            length += words.size();
            int closest = Integer.MAX_VALUE;
            for (String reference : pair.references) {
                int size = PythonText.split(reference).size();
                int far = Math.abs(size - words.size());
                int best = Math.abs(closest - words.size());
                if (closest == Integer.MAX_VALUE || far < best || far == best && size < closest) {
                    closest = size;
                }
            }
            referenceLength += closest;
            for (int n = 1; n <= ORDERS; n++) {
                guessed[n - 1] += Math.max(0, words.size() - n + 1);
                Map<List<String>, Integer> max = new HashMap<>();
                for (String reference : pair.references) {
                    grams(PythonText.split(reference), n).forEach((gram, count) -> max.merge(gram, count, Math::max));
                }
                for (Map.Entry<List<String>, Integer> gram : grams(words, n).entrySet()) {
                    right[n - 1] += Math.min(gram.getValue(), max.getOrDefault(gram.getKey(), 0));
                }
            }
        }
        double ratio = (length + TINY) / (referenceLength + SMALL);
        double penalty = ratio < 1 ? Math.exp(1 - 1 / ratio) : 1;
        double[] scores = new double[ORDERS];
        double product = 1;
        for (int n = 0; n < ORDERS; n++) {
            product *= (right[n] + TINY) / (guessed[n] + SMALL);
            scores[n] = Math.pow(product, 1.0 / (n + 1)) * penalty;
        }
        return scores;
    }

    /** n-grams of a caption weighted by their rarity. */
    private record Weighted(List<Map<List<String>, Double>> orders, double[] norms, int length) {}

    private static double cider(List<Pair> pairs) {
        Map<List<String>, Integer> images = new HashMap<>();
        for (Pair pair : pairs) {
            Set<List<String>> seen = new HashSet<>();
            for (String reference : pair.references) {
                for (int n = 1; n <= ORDERS; n++) {
                    seen.addAll(grams(PythonText.split(reference), n).keySet());
                }
            }
            seen.forEach(gram -> images.merge(gram, 1, Integer::sum));
        }
        double all = Math.log(pairs.size());
        double sum = 0;
        for (Pair pair : pairs) {
            Weighted own = weighted(pair.prediction, images, all);
            double score = 0;
            for (String reference : pair.references) {
                score += similarity(own, weighted(reference, images, all));
            }
            sum += score / pair.references.size() * 10;
        }
        return sum / pairs.size();
    }

    private static Weighted weighted(String caption, Map<List<String>, Integer> images, double all) {
        List<String> words = PythonText.split(caption);
        List<Map<List<String>, Double>> orders = new ArrayList<>();
        double[] norms = new double[ORDERS];
        int length = 0;
        for (int n = 1; n <= ORDERS; n++) {
            Map<List<String>, Double> weights = new HashMap<>();
            for (Map.Entry<List<String>, Integer> gram : grams(words, n).entrySet()) {
                double rarity = all - Math.log(Math.max(1, images.getOrDefault(gram.getKey(), 0)));
                double weight = gram.getValue() * rarity;
                weights.put(gram.getKey(), weight);
                norms[n - 1] += weight * weight;
                length += n == 2 ? gram.getValue() : 0;
            }
            norms[n - 1] = Math.sqrt(norms[n - 1]);
            orders.add(weights);
        }
        return new Weighted(orders, norms, length);
    }

    private static double similarity(Weighted own, Weighted reference) {
        double delta = own.length - reference.length;
        double sum = 0;
        for (int n = 0; n < ORDERS; n++) {
            double value = 0;
            for (Map.Entry<List<String>, Double> gram : own.orders.get(n).entrySet()) {
                double other = reference.orders.get(n).getOrDefault(gram.getKey(), 0.0);
                value += Math.min(gram.getValue(), other) * other;
            }
            if (own.norms[n] != 0 && reference.norms[n] != 0) {
                value /= own.norms[n] * reference.norms[n];
            }
            sum += value * Math.exp(-(delta * delta) / (2 * SIGMA * SIGMA));
        }
        return sum / ORDERS;
    }
}
