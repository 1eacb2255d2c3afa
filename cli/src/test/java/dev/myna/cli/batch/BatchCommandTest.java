// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.cli.Captured;
import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.terminal.Output;
import dev.myna.cli.text.Json;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Language;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code myna batch} with the embedded model. */
class BatchCommandTest {
    private static final Path HELD_OUT = Path.of("../models-manifest/nano/heldout");

    @TempDir
    Path folder;

    private Path images;

    @BeforeEach
    void copyImages() throws IOException {
        images = Files.createDirectory(folder.resolve("images"));
        for (int i = 0; i < 4; i++) {
            Files.copy(HELD_OUT.resolve("000" + i + ".png"), images.resolve("000" + i + ".png"));
        }
    }

    private static Captured batch(String... more) {
        List<String> words = new ArrayList<>(List.of("batch", "-n", "4", "-c", "256", "--no-progress"));
        words.addAll(List.of(more));
        return Captured.run(words.toArray(String[]::new));
    }

    private static List<Map<String, Object>> rows(String text) {
        return text.lines().map(Json::object).toList();
    }

    private void damage(String name) throws IOException {
        byte[] image = Files.readAllBytes(images.resolve(name));
        Files.write(images.resolve(name), java.util.Arrays.copyOf(image, image.length / 2));
    }

    @Test
    void answersEqualThoseOfRunForOneAndForManyAtOnce() throws IOException {
        damage("0002.png");
        StringBuilder asked = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            Map<String, Object> row = Map.of(
                    "id",
                    Language.values()[i].nativeName(),
                    "image",
                    images.resolve("000" + i % 4 + ".png").toString(),
                    "lang",
                    Language.values()[i].code());
            asked.append(Json.text(row)).append('\n');
        }
        Path input = Files.writeString(folder.resolve("rows.jsonl"), asked);
        Captured run = Captured.run("run", "--jsonl", input.toString(), "-n", "4", "-c", "256");
        Captured one = batch(input.toString(), "-np", "1");
        Captured many = batch(input.toString(), "-np", "8");
        Captured ready = batch(input.toString(), "--order", "ready");
        assertEquals(ExitCode.OK, many.code(), many.err());
        assertEquals(one.out(), many.out());
        assertEquals(
                many.out().lines().sorted().toList(),
                ready.out().lines().sorted().toList());
        List<Map<String, Object>> expected = rows(run.out());
        List<Map<String, Object>> rows = rows(many.out());
        assertEquals(10, rows.size());
        for (int i = 0; i < 10; i++) {
            for (String name : List.of("id", "status", "finish_reason", "prompt_tokens", "output_tokens")) {
                assertEquals(expected.get(i).get(name), rows.get(i).get(name), name + " of row " + i);
            }
            assertEquals(expected.get(i).get("answer"), rows.get(i).get("text"));
            assertEquals(expected.get(i).get("error"), rows.get(i).get("error"));
            assertEquals(Language.values()[i].code(), rows.get(i).get("language"));
            boolean damaged = i % 4 == 2;
            assertEquals(damaged ? "error" : "ok", rows.get(i).get("status"));
            assertEquals(damaged ? ExitCode.IMAGE : 0, rows.get(i).get("code"));
            assertEquals(64, rows.get(i).get("image_sha256").toString().length());
        }
    }

    /** Cutting the journal at any byte is what kill -9 leaves. */
    @Test
    void aRunGoesOnWhereAnotherOneEnded() throws IOException {
        damage("0003.png");
        Path out = folder.resolve("out.jsonl");
        Path journal = folder.resolve("out.jsonl.journal");
        String[] command = {images.toString(), "-o", out.toString(), "--lang", "en,hi"};
        Captured whole = batch(command);
        assertEquals(ExitCode.OK, whole.code(), whole.err());
        assertTrue(whole.err().contains("2 of 8 rows failed"), whole.err());
        String expected = Files.readString(out);
        assertEquals(8, rows(expected).size());
        byte[] lines = Files.readAllBytes(journal);
        Files.write(journal, java.util.Arrays.copyOf(lines, lines.length * 2 / 3));
        Files.delete(out);
        Captured again = batch(command);
        assertEquals(expected, Files.readString(out));
        assertTrue(again.err().contains("of earlier runs"), again.err());
        assertEquals(lines.length, Files.size(journal), "nothing is asked twice");

        batch(command);
        assertEquals(lines.length, Files.size(journal), "a complete run asks nothing");
        List<String> retry = new ArrayList<>(List.of(command));
        retry.add("--retry-errors");
        batch(retry.toArray(String[]::new));
        assertEquals(expected, Files.readString(out));
        assertEquals(
                new String(lines, StandardCharsets.UTF_8).lines().count() + 2,
                Files.readString(journal).lines().count(),
                "two rows with errors were asked again");

        Captured other = batch(images.toString(), "-o", out.toString(), "--lang", "en,hi", "--stop", "।");
        assertEquals(ExitCode.USAGE, other.code());
        assertTrue(other.err().contains("stop was []"), other.err());
        Files.delete(journal);
        Captured absent = batch(command);
        assertEquals(ExitCode.USAGE, absent.code());
        assertTrue(absent.err().contains("its journal"), absent.err());
    }

    @Test
    void tooManyErrorsEndTheRun() throws IOException {
        for (int i = 0; i < 4; i++) {
            damage("000" + i + ".png");
        }
        Path out = folder.resolve("out.jsonl");
        Captured run = batch(images.toString(), "-o", out.toString(), "--max-errors", "2");
        assertEquals(ExitCode.GENERATION, run.code());
        assertTrue(run.err().contains("stopped after 2 new errors"), run.err());
        assertFalse(Files.exists(out));
    }

    @Test
    void aClosedStdoutLosesNothingThatIsInTheJournal() throws IOException {
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                InputStream.nullInputStream(),
                new Output(closed, false),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false);
        Path journal = folder.resolve("journal");
        int code = Captured.runOn(
                console,
                System.getenv(),
                "batch",
                images.toString(),
                "-n",
                "2",
                "-c",
                "256",
                "--journal",
                journal.toString());
        assertEquals(ExitCode.OK, code, err.toString(StandardCharsets.UTF_8));
        assertTrue(Files.readString(journal).lines().count() >= 2, "the row that could not be written is kept");
    }

    @Test
    void anAnswerInAnotherLanguageIsAskedForAgain() {
        Captured run = Captured.runWith(
                ("{\"prompt\":\"What is this?\",\"lang\":\"ja\",\"image\":\"" + images.resolve("0000.png") + "\"}\n"
                                + "{\"prompt\":\"What is this?\",\"image\":\"" + images.resolve("0000.png") + "\"}")
                        .getBytes(StandardCharsets.UTF_8),
                "batch",
                "-",
                "-n",
                "8",
                "-c",
                "256",
                "--ensure-language");
        List<Map<String, Object>> rows = rows(run.out());
        assertEquals(1, rows.getFirst().get("asked_again"), run.out());
        boolean japanese = "ja".equals(rows.getFirst().get("answer_language"));
        assertEquals(japanese ? "ok" : "error", rows.getFirst().get("status"), run.out());
        assertTrue(rows.getFirst().containsKey("text"), run.out());
        assertEquals(0, rows.getLast().get("asked_again"));
        assertEquals("ok", rows.getLast().get("status"));
    }

    @Test
    void answersHaveTheFormOfASchema() throws IOException {
        Path schema = Files.writeString(folder.resolve("schema.json"), "{\"enum\": [1, 2]}");
        Captured run = batch(images.toString(), "-p", "How many?", "-jf", schema.toString(), "--order", "ready");
        assertEquals(ExitCode.OK, run.code(), run.err());
        for (Map<String, Object> row : rows(run.out())) {
            assertTrue(List.of("1", "2").contains(row.get("text").toString()), run.out());
        }
        Files.writeString(schema, "{\"type\": \"cat\"}");
        Captured bad = batch(images.toString(), "-jf", schema.toString());
        assertEquals(ExitCode.USAGE, bad.code());
        assertTrue(bad.err().contains("schema.json: "), bad.err());
    }

    @Test
    void severalQuestionsEncodeAnImageOnce() throws IOException {
        List<GgufFile> files = ModelFiles.embedded();
        try (Model model = Myna.load(files.getFirst(), files.getLast(), ModelOptions.defaults());
                Scheduler scheduler = model.newScheduler(SchedulerOptions.builder()
                        .slots(3)
                        .session(SessionOptions.builder().contextSize(256).build())
                        .build())) {
            Prompts prompts = new Prompts(
                    List.of("What is this?", "यह क्या है?"), List.of(Language.EN, Language.UR, Language.BN));
            Sources sources = new Sources(prompts, Orientation.APPLY, InputStream.nullInputStream(), _ -> {});
            BatchLoop loop = new BatchLoop(
                    new BatchLoop.Options(6, 12, true, 0),
                    new BatchAnswers(
                            scheduler,
                            GenerationOptions.builder().maxTokens(2).build(),
                            new BatchRows(new BatchSettings(Map.of(), "0"))));
            List<String> rows = new ArrayList<>();
            BatchLoop.Totals totals =
                    loop.run(sources.open(List.of(images.toString())), (row, _) -> rows.add(row), scheduler::close);
            assertEquals(24, rows.size());
            assertEquals(new BatchLoop.Totals(24, 0, 0, 0, false), totals);
            assertEquals(4, scheduler.stats().images());
        }
    }

    @Test
    void wrongOptionsGetOneLine() {
        for (String[] words : new String[][] {
            {},
            {"no-such-folder"},
            {images.toString(), "-np", "0"},
            {images.toString(), "--max-errors", "-1"},
            {images.toString(), "--ensure-language", "3"},
            {images.toString(), "--retry-errors"},
            {images.toString(), "-p", " "},
            {images.toString(), "-o", folder.toString()},
            {"-", "-"},
        }) {
            Captured run = batch(words);
            assertEquals(ExitCode.USAGE, run.code(), run.err());
            assertEquals("", run.out());
            assertEquals(
                    1,
                    run.err().lines().filter(line -> line.startsWith("myna: ")).count(),
                    run.err());
        }
    }
}
