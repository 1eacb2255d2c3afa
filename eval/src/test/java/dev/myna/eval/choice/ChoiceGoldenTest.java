// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.choice;

import dev.myna.eval.EvalGolden;
import dev.myna.eval.EvalGolden.Differences;
import dev.myna.eval.prompt.ChoicePrompt;
import dev.myna.loaders.datasets.DataRow;
import dev.myna.loaders.datasets.NaMode;
import dev.myna.loaders.datasets.TsvReader;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NeedsGolden
@SuppressWarnings("unchecked")
class ChoiceGoldenTest {
    private final Differences differences = new Differences();

    @Test
    void extractorsFindThePublishedLetters() {
        for (Map<String, Object> row : EvalGolden.rows("mcq/extract.jsonl")) {
            for (NaMode na : NaMode.values()) {
                Map<String, String> options = new LinkedHashMap<>((Map<String, String>) row.get("options"));
                options.values().removeIf(na::isAbsent);
                if (na == NaMode.PANDAS) {
                    differences.compare(row, row.get("present"), List.copyOf(options.keySet()));
                }
                for (Extractor each : Extractor.values()) {
                    String column = each.label().replace('-', '_') + (na == NaMode.LITERAL ? "_na_literal" : "");
                    Optional<String> letter = each.extract((String) row.get("answer"), options);
                    differences.compare(column + row, row.get(column), letter.orElse(null));
                }
            }
        }
        differences.finish(390 * 5);
    }

    @Test
    void parrotsAnswersAreShortenedAsPublished() {
        for (Map<String, Object> row : EvalGolden.rows("mmmb/postprocess.jsonl")) {
            differences.compare(
                    row, row.get("answer"), ParrotAnswer.of((String) row.get("query"), (String) row.get("response")));
        }
        differences.finish(137);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mmmb", "mmbench"})
    void setsAreScoredAsPublished(String folder) throws Exception {
        for (Object each : (List<?>) EvalGolden.json(folder + "/sets.json")) {
            Map<String, String> set = (Map<String, String>) each;
            check(folder, set.get("file").replace(".tsv", ""), set.get("dataset"), set.get("combined"));
        }
        differences.finish(500);
    }

    private void check(String folder, String name, String dataset, String combined) throws Exception {
        Map<String, Object> expected = (Map<String, Object>) EvalGolden.json(folder + "/" + name + ".expected.json");
        Map<String, String> predictions = new LinkedHashMap<>();
        for (Map<String, Object> row : EvalGolden.rows(folder + "/" + name + ".predictions.jsonl")) {
            predictions.put(row.get("index").toString(), (String) row.get("prediction"));
        }
        List<DataRow> rows = new ArrayList<>();
        try (TsvReader reader = TsvReader.open(Golden.path("eval/" + folder + "/" + name + ".tsv"), NaMode.PANDAS)) {
            for (var row = reader.next(); row.isPresent(); row = reader.next()) {
                if (row.get().get("image") != null) {
                    rows.add(row.get());
                }
            }
        }
        List<Map<String, Object>> prompts = (List<Map<String, Object>>) expected.get("rows");
        for (int i = 0; i < rows.size(); i++) {
            ChoicePrompt prompt =
                    new ChoicePrompt(rows.get(i).text("hint"), rows.get(i).text("question"), options(rows.get(i)));
            Map<String, Object> golden = prompts.get(i);
            differences.compare(name, golden.get("prompt"), prompt.parrot(dataset));
            differences.compare(
                    name, golden.getOrDefault("prompt_combined_name", golden.get("prompt")), prompt.parrot(combined));
            differences.compare(name, golden.get("prompt_harness"), prompt.harness());
        }
        ChoiceTable.Mode mode =
                (boolean) expected.get("circular") ? ChoiceTable.Mode.CIRCULAR : ChoiceTable.Mode.VANILLA;
        for (Extractor extractor : Extractor.values()) {
            Map<String, Object> golden =
                    (Map<String, Object>) expected.get(extractor.label().replace('-', '_'));
            List<String> answers = SpreadsheetTrip.readBack(
                    rows.stream().map(row -> predictions.get(row.text("index"))).toList(), extractor);
            List<ChoiceRow> scored = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                DataRow row = rows.get(i);
                scored.add(new ChoiceRow(
                        Long.parseLong(row.text("index")),
                        row.text("answer"),
                        extractor.extract(answers.get(i), options(row)),
                        row.text("split"),
                        row.text("l2-category"),
                        row.text("category")));
            }
            Map<Long, Boolean> hits = ChoiceTable.hits(scored, mode);
            int at = 0;
            int undecided = 0;
            for (Map<String, Object> row : (List<Map<String, Object>>) golden.get("rows")) {
                String where = name + " " + extractor + " " + row.get("index");
                differences.compare(where, row.get("prediction_read_back"), answers.get(at));
                differences.compare(
                        where, row.get("extracted"), scored.get(at).extracted().orElse(null));
                if (row.get("hit") != null) {
                    differences.compare(
                            where, row.get("hit"), hits.get(scored.get(at).index()) ? 1 : 0);
                }
                undecided += scored.get(at).extracted().isEmpty() ? 1 : 0;
                at++;
            }
            differences.compare(name + " rows", at, scored.size());
            differences.compare(name + " undecided", golden.get("undecided"), undecided);
            Map<String, Map<String, Double>> table = ChoiceTable.of(scored, mode);
            List<Map<String, Object>> lines = (List<Map<String, Object>>) golden.get("table");
            differences.compare(name + " splits", lines.size(), table.size());
            for (Map<String, Object> line : lines) {
                Map<String, Double> own = table.getOrDefault(String.valueOf(line.get("split")), Map.of());
                List<String> names = new ArrayList<>(line.keySet());
                names.remove("split");
                differences.compare(name + " columns", names, List.copyOf(own.keySet()));
                own.forEach((column, value) -> differences.close(name + " " + column, line.get(column), value));
            }
        }
    }

    private static Map<String, String> options(DataRow row) {
        Map<String, String> options = new LinkedHashMap<>();
        for (char letter = 'A'; letter <= 'Z'; letter++) {
            String text = row.text(Character.toString(letter));
            if (text != null) {
                options.put(Character.toString(letter), text);
            }
        }
        return options;
    }
}
