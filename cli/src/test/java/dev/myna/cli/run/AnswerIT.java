// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.Jar;
import dev.myna.cli.TestImages;
import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

/** Whole answers from the single jar, with the embedded model or the small random one of the golden vectors. */
class AnswerIT {
    /** At a very high temperature all tokens are alike, and this seed finds no end: something to interrupt. */
    private static final List<String> ENDLESS = List.of("-n", "0", "--temp", "100", "--seed", "1");

    @TempDir
    Path folder;

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void answersInEveryLanguageUnderTheCLocale() throws Exception {
        needEmbeddedModel();
        Path image = Files.copy(Path.of("../models-manifest/nano/samples/cat.png"), folder.resolve("صورة.png"));
        for (String language : List.of("bn", "ur")) {
            Captured result = Jar.java("--image", image.getFileName().toString(), "--lang", language)
                    .in(folder)
                    .env(Map.of("LC_ALL", "C"))
                    .run();
            assertEquals(0, result.code(), result.err());
            String script = language.equals("bn") ? "Bengali" : "Arabic";
            assertTrue(result.out().matches("(?s).*\\p{Is" + script + "}.*\\n"), result.out());
            assertFalse(result.out().contains("?"), result.out());
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void imagesComeFromPipes() throws Exception {
        byte[] image = Files.readAllBytes(Path.of(image()));
        Captured file =
                Jar.started(model("--image", image(), "-n", "3", "--no-perf")).run();
        Captured stdin =
                Jar.started(model("--image", "-", "-n", "3", "--no-perf")).run(image);
        Captured pipe = Jar.started(model("--image", "/dev/fd/0", "-n", "3", "--no-perf"))
                .run(image);
        assertEquals(0, file.code(), file.err());
        assertEquals(file.out(), stdin.out(), stdin.err());
        assertEquals(file.out(), pipe.out(), pipe.err());
    }

    @Test
    void jsonCarriesAnswerAndFigures() throws Exception {
        Captured result = Jar.started(model("--image", image(), "--lang", "ur", "-n", "4", "--json"))
                .run();
        assertEquals(0, result.code(), result.err());
        assertEquals(1, result.out().lines().count(), result.out());
        Map<String, Object> json = JSON.std.mapFrom(result.out());
        assertEquals("ur", json.get("language"));
        assertEquals("rtl", json.get("direction"));
        assertTrue(json.get("answer") instanceof String);
        assertTrue((Integer) json.get("image_tokens") > 0);
        assertTrue((Integer) json.get("output_tokens") <= 4);
    }

    @Test
    void sameSeedSameAnswerWhateverTheThreads() throws Exception {
        String[] hot = {"--image", image(), "-n", "12", "--temp", "1", "--seed", "7", "--no-perf", "-t"};
        Captured one = Jar.started(model(with(hot, "1"))).run();
        Captured three = Jar.started(model(with(hot, "3"))).run();
        assertEquals(0, one.code(), one.err());
        assertEquals(one.out(), three.out());
    }

    @Test
    void batchKeepsOrderAndContinuesAfterBadRows() throws Exception {
        Path rows = Files.writeString(folder.resolve("rows.jsonl"), """
                {"id":"first","image":"%s","lang":"fr"}
                {"id":2,"image":"no-such.png"}
                not json

                {"prompt":"Hello","lang":"xx"}
                {"id":"last","image":["%s"],"prompt":"What is this?"}
                """.formatted(image(), image()));
        Captured result =
                Jar.started(model("--jsonl", rows.toString(), "-n", "3")).run();
        assertEquals(0, result.code(), result.err());
        List<Map<String, Object>> results = new ArrayList<>();
        for (String line : result.out().lines().toList()) {
            results.add(JSON.std.mapFrom(line));
        }
        assertEquals(
                List.of("first", 2, 3, 5, "last"),
                results.stream().map(row -> row.get("id")).toList());
        assertEquals(
                List.of("ok", "error", "error", "error", "ok"),
                results.stream().map(row -> row.get("status")).toList());
        assertEquals(ExitCode.IMAGE, results.get(1).get("code"));
    }

    @Test
    void chatWorksThroughAPipe() throws Exception {
        String script = """
                /help
                /lang bn
                /image %s

                /regen
                /nonsense
                And now?
                /clear
                /exit
                """.formatted(image());
        Captured result = Jar.started(model("chat", "-n", "3")).run(script.getBytes(StandardCharsets.UTF_8));
        assertEquals(0, result.code(), result.err());
        assertEquals(3, result.out().lines().count(), result.out());
        assertTrue(result.err().contains("unknown command /nonsense"), result.err());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void interruptionStopsTheAnswerAndExitsWith130() throws Exception {
        Process process = Jar.started(model(ENDLESS, "-p", "Tell me a story"))
                .interruptible()
                .start();
        CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> Jar.text(process.getErrorStream()));
        InputStream out = process.getInputStream();
        assertTrue(out.read() >= 0, "an answer begins");
        Jar.interrupt(process);
        byte[] rest = out.readAllBytes();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(ExitCode.INTERRUPTED, process.exitValue(), err.join());
        assertEquals('\n', rest[rest.length - 1], "the answer's line is ended");
        assertFalse(err.join().contains("Exception"), err.join());
    }

    @Test
    void aReaderThatLeavesEndsTheAnswerQuietly() throws Exception {
        Process process = Jar.started(model(ENDLESS, "-p", "Tell me a story")).start();
        CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> Jar.text(process.getErrorStream()));
        InputStream out = process.getInputStream();
        assertTrue(out.read() >= 0, "an answer begins");
        out.close();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), err.join());
        assertFalse(err.join().contains("Exception"), err.join());
    }

    @NeedsGolden
    @Test
    void inspectAndTokenizePrintTheirResults() throws Exception {
        String[] golden = {
            Golden.path("e2e/palo/text.gguf").toString(),
            Golden.path("e2e/palo/mmproj.gguf").toString()
        };
        Captured decoder = Captured.run("inspect", golden[0]);
        assertTrue(decoder.out().contains("3 layers, width 64"), decoder.out());
        assertTrue(decoder.out().contains("prompt format vicuna_v1"), decoder.out());
        Captured vision = Captured.run("inspect", "--tensors", golden[1]);
        assertTrue(vision.out().contains("64 positions per image"), vision.out());
        assertTrue(vision.out().contains("v.class_embd F32 [64]"), vision.out());
        Captured ids = Captured.run("tokenize", "-m", golden[0], "--ids", "Describe the image.");
        assertEquals("20355 915 278 1967 29889\n", ids.out());
        Captured pieces = Captured.runWith("বাংলা\n".getBytes(StandardCharsets.UTF_8), "tokenize", "-m", golden[0]);
        assertTrue(pieces.out().contains("ব"), pieces.out());
    }

    private String image() throws IOException {
        return TestImages.png(folder.resolve("image.png"), 60, 40).toString();
    }

    private static void needEmbeddedModel() {
        if (!ModelFiles.hasEmbedded()) {
            System.err.println("SKIPPED: this build carries no embedded model");
            Assumptions.abort("no embedded model in this build");
        }
    }

    /** The arguments with a model named, unless the embedded one is there. A leading verb stays in front. */
    private static String[] model(String... args) {
        if (ModelFiles.hasEmbedded()) {
            return args;
        }
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("-m", Golden.path("e2e/palo/text.gguf").toString()));
        return all.toArray(String[]::new);
    }

    private static String[] model(List<String> options, String... args) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(args));
        return model(all.toArray(String[]::new));
    }

    private static String[] with(String[] args, String last) {
        List<String> all = new ArrayList<>(List.of(args));
        all.add(last);
        return all.toArray(String[]::new);
    }
}
