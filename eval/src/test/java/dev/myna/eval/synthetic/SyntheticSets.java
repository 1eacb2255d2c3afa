// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.synthetic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import tools.jackson.jr.ob.JSON;

/**
 * Writes choice questions about the held-out scenes of the embedded model in the formats that benchmarks are published in: tables of
 * MMMB and MMBench, Parquet files of xMMMU, xGQA and Kaleidoscope. Options are the right answer and answers to questions of the same
 * kind. {@code SyntheticSets HELDOUT OUT} writes them to a folder for {@code myna eval --data OUT}.
 */
public final class SyntheticSets {
    private static final int OPTIONS = 4;
    private static final int ROTATION = 1_000_000;
    private static final long SEED = 20261201;

    private final Path heldOut;
    private final List<Map<String, Object>> scenes = new ArrayList<>();

    /** A question about an image. {@code options} in the order of their letters. */
    record Choice(int index, byte[] image, String kind, String question, List<String> options, int right) {
        /** The same with options moved up by some places. */
        Choice rotated(int by) {
            List<String> moved = new ArrayList<>(options);
            Collections.rotate(moved, by);
            return new Choice(index + ROTATION * by, image, kind, question, moved, (right + by) % options.size());
        }

        String letter() {
            return Character.toString('A' + right);
        }
    }

    public SyntheticSets(Path heldOut) throws IOException {
        this.heldOut = heldOut;
        for (String line : Files.readAllLines(heldOut.resolve("heldout.jsonl"))) {
            scenes.add(JSON.std.mapFrom(line));
        }
    }

    public static void main(String[] args) throws IOException {
        new SyntheticSets(Path.of(args[0])).write(Path.of(args[1]), Integer.MAX_VALUE);
    }

    /** @param count questions of each set and language */
    public void write(Path out, int count) throws IOException {
        for (String language : new String[] {"en", "zh", "ar", "ru"}) {
            String code = language.equals("zh") ? "cn" : language;
            List<Choice> choices = choices(language, count);
            tsv(out.resolve("mmmb/mmmb_" + code + ".tsv"), choices);
            List<Choice> circular = new ArrayList<>();
            choices.forEach(choice -> {
                for (int by = 0; by < choice.options().size(); by++) {
                    circular.add(choice.rotated(by));
                }
            });
            tsv(out.resolve("mmbench/mmbench_dev_" + code + ".tsv"), circular);
        }
        for (String language : new String[] {"ar", "en", "fr", "hi", "ja"}) {
            xmmmu(
                    out.resolve("PangeaBench-xmmmu/data/" + language + "-00000-of-00001.parquet"),
                    choices(language, count));
        }
        for (String language : new String[] {"bn", "en", "ru", "zh"}) {
            xgqa(
                    out.resolve("PangeaBench-xgqa/data/" + language + "-00000-of-00001.parquet"),
                    choices(language, count));
        }
        kaleidoscope(out.resolve("kaleidoscope"), new String[] {"ar", "bn", "en", "es", "fr", "hi", "ru"}, count);
    }

    @SuppressWarnings("unchecked")
    List<Choice> choices(String language, int count) throws IOException {
        Map<String, Set<String>> answers = new LinkedHashMap<>();
        for (Map<String, Object> scene : scenes) {
            for (Map<String, Object> ask : (List<Map<String, Object>>) scene.get("asks")) {
                List<List<String>> turns = (List<List<String>>) ask.get(language);
                if (turns.size() == 1) {
                    answers.computeIfAbsent((String) ask.get("type"), _ -> new LinkedHashSet<>())
                            .add(turns.getFirst().get(1));
                }
            }
        }
        Random random = new Random(SEED);
        List<Choice> choices = new ArrayList<>();
        for (Map<String, Object> scene : scenes) {
            for (Map<String, Object> ask : (List<Map<String, Object>>) scene.get("asks")) {
                List<List<String>> turns = (List<List<String>>) ask.get(language);
                String kind = (String) ask.get("type");
                if (turns.size() != 1 || answers.get(kind).size() < 2 || choices.size() == count) {
                    continue;
                }
                String right = turns.getFirst().get(1);
                List<String> others = new ArrayList<>(answers.get(kind));
                others.remove(right);
                Collections.shuffle(others, random);
                List<String> options = new ArrayList<>(others.subList(0, Math.min(OPTIONS - 1, others.size())));
                options.add(random.nextInt(options.size() + 1), right);
                choices.add(new Choice(
                        choices.size() + 1,
                        Files.readAllBytes(heldOut.resolve((String) scene.get("image"))),
                        kind,
                        turns.getFirst().get(0),
                        options,
                        options.indexOf(right)));
            }
        }
        return choices;
    }

    /** Images that were written before are referred to by their index. */
    private static void tsv(Path file, List<Choice> choices) throws IOException {
        StringBuilder text = new StringBuilder("index\tquestion\tA\tB\tC\tD\tanswer\tcategory\timage\n");
        Map<String, Integer> written = new LinkedHashMap<>();
        for (Choice choice : choices) {
            text.append(choice.index()).append('\t').append(choice.question());
            for (int i = 0; i < OPTIONS; i++) {
                text.append('\t')
                        .append(i < choice.options().size() ? choice.options().get(i) : "");
            }
            String image = Base64.getEncoder().encodeToString(choice.image());
            Integer before = written.putIfAbsent(image, choice.index());
            text.append('\t')
                    .append(choice.letter())
                    .append('\t')
                    .append(choice.kind())
                    .append('\t');
            text.append(before == null ? image : before).append('\n');
        }
        Files.createDirectories(file.getParent());
        Files.writeString(file, text.toString());
    }

    private static void xmmmu(Path file, List<Choice> choices) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(
                file,
                new ParquetTable(choices.size())
                        .texts("id", list(choices, each -> "validation_" + each.kind() + "_" + each.index()))
                        .texts("question", list(choices, each -> "<image 1> " + each.question()))
                        .texts("options", list(choices, each -> "['" + String.join("', '", each.options()) + "']"))
                        .texts("answer", list(choices, Choice::letter))
                        .texts("question_type", list(choices, _ -> "multiple-choice"))
                        .images("image_1", list(choices, Choice::image))
                        .bytes());
    }

    private static void xgqa(Path file, List<Choice> choices) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(
                file,
                new ParquetTable(choices.size())
                        .texts("question_id", list(choices, each -> Integer.toString(each.index())))
                        .texts("question", list(choices, Choice::question))
                        .texts("answer", list(choices, each -> each.options().get(each.right())))
                        .images("image", list(choices, Choice::image))
                        .bytes());
    }

    /** One file for all languages; images lie beside it. */
    private void kaleidoscope(Path folder, String[] languages, int count) throws IOException {
        List<Choice> all = new ArrayList<>();
        List<String> codes = new ArrayList<>();
        for (String language : languages) {
            for (Choice choice : choices(language, count)) {
                all.add(choice);
                codes.add(language);
            }
        }
        Files.createDirectories(folder.resolve("data"));
        Files.createDirectories(folder.resolve("images"));
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            boolean without = all.get(i).index() % 5 == 0;
            paths.add(without ? null : "images/" + i + ".png");
            if (!without) {
                Files.write(folder.resolve(paths.getLast()), all.get(i).image());
            }
        }
        Files.write(
                folder.resolve("data/train-00000-of-00001.parquet"),
                new ParquetTable(all.size())
                        .texts("language", codes)
                        .texts("question", list(all, Choice::question))
                        .lists("options", list(all, Choice::options))
                        .numbers("answer", list(all, each -> (long) each.right()))
                        .optionalTexts("image", paths)
                        .texts("general_category_en", list(all, Choice::kind))
                        .bytes());
    }

    private static <T> List<T> list(List<Choice> choices, java.util.function.Function<Choice, T> part) {
        return choices.stream().map(part).toList();
    }
}
