// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.EvalException;
import dev.myna.eval.choice.XmmmuChoice;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.prompt.PythonList;
import dev.myna.eval.prompt.XmmmuPrompt;
import dev.myna.eval.text.OpenAnswer;
import dev.myna.loaders.datasets.DataRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** xMMMU: college questions, choices and open ones. */
final class Xmmmu extends ParquetTask {
    private static final int MAX_TOKENS = 16;

    @Override
    public String name() {
        return "xmmmu";
    }

    @Override
    public String description() {
        return "xMMMU, accuracy; DIR/PangeaBench-xmmmu/**/*.parquet of neulab/PangeaBench-xmmmu";
    }

    @Override
    public List<String> languages() {
        return List.of("ar", "en", "fr", "hi", "id", "ja", "pt");
    }

    @Override
    public String scorer(TaskOptions options) {
        return "xmmmu/wrong-for-random";
    }

    @Override
    String[] folders() {
        return new String[] {"xmmmu", "PangeaBench-xmmmu"};
    }

    @Override
    Set<String> columns() {
        return Set.of("id", "question", "options", "answer", "question_type", "image_1");
    }

    @Override
    Optional<Question> question(DataRow row, String language, TaskOptions options) {
        boolean open = text(row, "question_type").equals("open");
        List<String> choices = open ? List.of() : PythonList.parse(text(row, "options"));
        String id = text(row, "id");
        int first = id.indexOf('_');
        int last = id.lastIndexOf('_');
        if (first < 0 || first == last) {
            throw new EvalException("the id has no subject between underscores");
        }
        List<byte[]> images = new ArrayList<>();
        for (String column : XmmmuPrompt.imageColumns(text(row, "question"), choices)) {
            images.add(image(row, column).orElseThrow(() -> new EvalException("the row has no " + column)));
        }
        Map<String, Object> gold = new LinkedHashMap<>();
        String answer = text(row, "answer");
        gold.put("answer", open && answer.startsWith("[") ? PythonList.parse(answer) : List.of(answer));
        gold.put("options", choices);
        gold.put("category", id.substring(first + 1, last));
        return Optional.of(new Question(
                id(row, "id"), List.of(XmmmuPrompt.of(text(row, "question"), choices)), images, MAX_TOKENS, gold));
    }

    @Override
    OptionalDouble score(String answer, Answered row, String language) {
        List<String> choices = texts(row.gold().get("options"), "options");
        List<String> gold = texts(row.gold().get("answer"), "answer");
        if (choices.isEmpty()) {
            return OptionalDouble.of(OpenAnswer.isRight(OpenAnswer.parse(answer), gold) ? 1 : 0);
        }
        Optional<String> letter = XmmmuChoice.extract(answer, choices);
        return letter.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(gold.contains(letter.get()) ? 1 : 0);
    }
}
