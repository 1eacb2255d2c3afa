// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.data;

import dev.myna.eval.choice.Extractor;
import dev.myna.loaders.datasets.NaMode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What published evaluations leave open. All of it is part of results.
 *
 * @param suffix language of the last line of a prompt
 * @param extractor rule that finds the letter in an answer
 * @param na which texts of a table are absent values
 * @param translated whether CVQA asks in English
 * @param judge that reviews free answers; empty for proxies without one
 */
public record TaskOptions(
        Suffix suffix, Extractor extractor, NaMode na, boolean translated, Optional<JudgeOptions> judge) {
    /** As published under the names of single languages. */
    public static final TaskOptions DEFAULT =
            new TaskOptions(Suffix.LOCALIZED, Extractor.PARROT_2024, NaMode.PANDAS, false);

    /** Without a judge. */
    public TaskOptions(Suffix suffix, Extractor extractor, NaMode na, boolean translated) {
        this(suffix, extractor, na, translated, Optional.empty());
    }

    /** The same with another rule for choices. */
    public TaskOptions withExtractor(Extractor other) {
        return new TaskOptions(suffix, other, na, translated, judge);
    }

    /** The same with a judge, or without. */
    public TaskOptions withJudge(Optional<JudgeOptions> other) {
        return new TaskOptions(suffix, extractor, na, translated, other);
    }

    /** Language of the last line of a prompt. */
    public enum Suffix {
        /** That of the question. */
        LOCALIZED,
        /** English: what the harness does under the combined name of a data set. */
        ENGLISH
    }

    /** Settings that change prompts: part of the identity of an answer. */
    public Map<String, Object> promptSettings() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("suffix", suffix.name().toLowerCase(Locale.ROOT));
        map.put("na", na.name().toLowerCase(Locale.ROOT));
        map.put("translated", translated);
        return map;
    }

    /** All settings, by name. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = promptSettings();
        map.put("extractor", extractor.label());
        judge.ifPresent(each -> map.put("judge", each.toMap()));
        return map;
    }

    /** The settings of such a map; the default where it lacks one. */
    public static TaskOptions of(Map<?, ?> map) {
        String suffix = map.get("suffix") instanceof String text ? text : "localized";
        String na = map.get("na") instanceof String text ? text : "pandas";
        String extractor = map.get("extractor") instanceof String text ? text : DEFAULT.extractor.label();
        return new TaskOptions(
                suffix.equals("english") ? Suffix.ENGLISH : Suffix.LOCALIZED,
                Extractor.byLabel(extractor).orElse(DEFAULT.extractor),
                na.equals("literal") ? NaMode.LITERAL : NaMode.PANDAS,
                Boolean.TRUE.equals(map.get("translated")),
                map.get("judge") instanceof Map<?, ?> judge ? Optional.of(JudgeOptions.of(judge)) : Optional.empty());
    }
}
