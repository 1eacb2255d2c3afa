// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a reader of scores must know about how they came about, in sentences. */
final class Quirks {
    private Quirks() {}

    /** Those of a task and its options. */
    static List<String> of(TaskView task, Map<?, ?> options) {
        List<String> quirks = new ArrayList<>();
        String scorer = Numbers.text(task.summary(), "scorer");
        if (scorer.startsWith("proxy/")) {
            quirks.add(
                    "The published metric needs a judge. These scores are proxies: overlap with the reference answer, "
                            + "and the language of answers. Do not compare them with published figures.");
        }
        if (scorer.contains("parrot-2024") || scorer.contains("vlmevalkit-2026")) {
            quirks.add("Letters are found in answers by the rule " + Numbers.text(options, "extractor")
                    + ", without a judge. An answer in which it finds none is undecided and counts as wrong.");
        }
        if (scorer.startsWith("vanilla/parrot") || scorer.startsWith("circular/")) {
            quirks.add("Parrot's shortening of answers comes before the rule.");
        }
        if (scorer.startsWith("circular/")) {
            quirks.add(
                    "A question counts as right only if all its rotations are; rows of rotations do not count by themselves.");
        }
        if ((scorer.startsWith("vanilla/") || scorer.startsWith("circular/"))
                && Numbers.text(options, "na").equals("pandas")) {
            quirks.add("Cells such as NA, None or null are absent, as pandas reads them, and answers make the published"
                    + " trip through a spreadsheet.");
        }
        if (scorer.startsWith("rouge-l/")) {
            quirks.add(
                    "Scripts without white space are not segmented, as published; their scores are near zero for that reason.");
        }
        if (Numbers.text(options, "suffix").equals("english")) {
            quirks.add("The last line of choice prompts is in English.");
        }
        if (Boolean.TRUE.equals(options.get("translated"))) {
            quirks.add("CVQA's questions are asked in English.");
        }
        if (Numbers.of(options, "limit") > 0) {
            quirks.add("Only the first " + Numbers.count(Numbers.of(options, "limit"))
                    + " questions of each language were asked.");
        }
        quirks.add("Where the original draws a random answer, the answer counts as wrong and as undecided here.");
        quirks.add(
                "Answers in another language are counted whatever their verdict: by script, and by a detector from 60 letters on.");
        quirks.add(
                "Intervals are 95 % bootstrap intervals over questions with a fixed seed; the difference of two languages is less"
                        + " certain than either score.");
        return quirks;
    }
}
