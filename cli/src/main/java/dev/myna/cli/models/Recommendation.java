// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.text.Units;
import dev.myna.engine.Language;
import dev.myna.loaders.hub.HubFile;
import dev.myna.loaders.hub.Manifest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The model of the catalogue that suits a machine best: of those that are downloaded ready to run, with known digests and no terms to
 * agree to, and that fit in the memory that is free, it knows the most of Myna's languages; of these it is the largest that is quick
 * enough.
 *
 * @param memory bytes that it takes with its usual context
 * @param download bytes to download
 * @param quick whether it is quick enough; if not, it is the quickest
 */
public record Recommendation(Manifest manifest, long memory, long download, boolean quick) {
    /** Reading speed of people, in tokens. */
    static final double TOKENS_PER_SECOND = 5;

    /** Read bandwidth, in bytes per second, of which a machine is believed to be capable before it is measured. */
    public static final double UNMEASURED = 15e9;

    private static final long CONTEXT = 4096;

    /** A model that fits. */
    private record Candidate(Manifest manifest, Footprint footprint) {
        long memory() {
            return footprint.total(Math.min(CONTEXT, footprint.contextLength()), 1);
        }

        /** Tokens per second: the middle of the range that {@code fit} shows. */
        double speed(double bandwidth) {
            return (FitCommand.LOW + FitCommand.HIGH) / 2 * bandwidth / footprint.perToken();
        }
    }

    /**
     * The best of some models; empty if none fits.
     *
     * @param memory free bytes
     * @param bandwidth bytes per second that memory is read at
     */
    public static Optional<Recommendation> of(List<Manifest> manifests, long memory, double bandwidth) {
        List<Candidate> fitting = new ArrayList<>();
        for (Manifest manifest : manifests) {
            Manifest.Variant variant = manifest.standardVariant();
            boolean ready = manifest.upstream().isPresent()
                    && !manifest.terms().requiresAcceptance()
                    && !variant.files().isEmpty()
                    && variant.files().stream().allMatch(HubFile::verifiable);
            Optional<Footprint> footprint = Footprint.of(manifest, variant);
            if (ready && footprint.isPresent()) {
                Candidate candidate = new Candidate(manifest, footprint.get());
                if (candidate.memory() <= memory) {
                    fitting.add(candidate);
                }
            }
        }
        List<Candidate> quick = fitting.stream()
                .filter(each -> each.speed(bandwidth) >= TOKENS_PER_SECOND)
                .toList();
        Comparator<Candidate> larger =
                Comparator.comparingLong(each -> each.footprint().perToken());
        Comparator<Candidate> better = Comparator.comparingInt((Candidate each) -> languages(each.manifest()))
                .thenComparing(larger);
        Optional<Candidate> best =
                quick.isEmpty() ? fitting.stream().min(larger) : quick.stream().max(better);
        return best.map(each -> new Recommendation(
                each.manifest(),
                each.memory(),
                each.manifest().standardVariant().files().stream()
                        .mapToLong(HubFile::expectedBytes)
                        .sum(),
                !quick.isEmpty()));
    }

    /** How many of Myna's languages a model knows. */
    static int languages(Manifest manifest) {
        int known = 0;
        for (Language language : Language.values()) {
            known += manifest.languages().contains(language.code()) ? 1 : 0;
        }
        return known;
    }

    /** What it is and what it takes, in one line. */
    public String summary() {
        return manifest.title() + ": " + Units.bytes(download) + " to download, " + Units.bytes(memory) + " of memory, "
                + languages(manifest) + " of " + Language.values().length + " languages";
    }

    /** Why this one, in one line. */
    String reason() {
        return quick
                ? "Why: it fits in free memory, knows most languages, and is the largest that writes "
                        + String.format(Locale.ROOT, "%.0f", TOKENS_PER_SECOND) + " tokens a second."
                : "Why: it fits in free memory and is the quickest; none of the catalogue is quick here.";
    }

    /** What to type. */
    public String command() {
        return "myna pull " + manifest.id() + " && myna chat " + manifest.id();
    }
}
