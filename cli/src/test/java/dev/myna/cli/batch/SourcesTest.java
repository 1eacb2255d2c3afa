// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.TestImages;
import dev.myna.engine.Language;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.loaders.image.ImageException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What inputs become. */
class SourcesTest {
    /** "Sunflower", in the order of the file names. */
    private static final List<String> NAMES = Stream.of(
                    "sunflower.png",
                    "向日葵.png",
                    "सूरजमुखी.png",
                    "girasol ñ.png",
                    "tournesol é.png",
                    "عباد الشمس.png",
                    "সূর্যমুখী.png",
                    "подсолнух.png",
                    "سورج مکھی.png",
                    "ひまわり.png")
            .sorted()
            .toList();

    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();

    private List<BatchQuestion> read(Prompts prompts, String stdin, String... inputs) throws IOException {
        Sources sources = new Sources(
                prompts,
                Orientation.APPLY,
                new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
                notes::add);
        List<BatchQuestion> all = new ArrayList<>();
        try (BatchSource source = sources.open(List.of(inputs))) {
            for (List<BatchQuestion> item = source.next(); !item.isEmpty(); item = source.next()) {
                all.addAll(item);
            }
        }
        return all;
    }

    private static Prompts plain() {
        return new Prompts(List.of(), List.of());
    }

    private static List<Object> ids(List<BatchQuestion> questions) {
        return questions.stream().map(BatchQuestion::id).toList();
    }

    @Test
    void foldersGiveTheirImagesByNameInTenScripts() throws IOException {
        Path sub = Files.createDirectory(folder.resolve("zz"));
        for (String name : NAMES) {
            TestImages.png(folder.resolve(name), 2, 2);
            TestImages.png(sub.resolve(name), 2, 2);
        }
        Files.writeString(folder.resolve("notes.txt"), "a");
        Files.writeString(folder.resolve(".hidden.png"), "a");
        List<BatchQuestion> questions = read(plain(), "", folder.toString());
        List<Object> expected = new ArrayList<>(NAMES);
        NAMES.forEach(name -> expected.add("zz/" + name));
        expected.sort((a, b) -> a.toString().compareTo(b.toString()));
        // A folder comes where its name does, and each has the order of its names.
        assertEquals(expected, ids(questions));
        assertEquals(1, notes.size(), notes.toString());
        assertTrue(notes.getFirst().contains("1 file is not named like an image"), notes.toString());
        for (BatchQuestion question : questions) {
            assertEquals(2, question.images().getFirst().decoded().width());
        }
        assertEquals(20, Sources.count(List.of(folder.toString())));
    }

    @Test
    void patternsMatchBelowTheirFolder() throws IOException {
        Path sub = Files.createDirectory(folder.resolve("sub"));
        TestImages.png(sub.resolve("a.png"), 2, 2);
        TestImages.png(sub.resolve("سورج.jpg"), 2, 2);
        assertEquals(
                List.of(sub.resolve("a.png").toString()),
                ids(read(plain(), "", folder.resolve("**.png").toString())));
        assertEquals(2, read(plain(), "", folder + "/s*/*.{png,jpg}").size());
        RequestException none = assertThrows(
                RequestException.class,
                () -> read(plain(), "", folder.resolve("*.gif").toString()));
        assertTrue(none.getMessage().contains("no file matches this pattern"), none.getMessage());
    }

    @Test
    void listsAndStdinGiveNamesAndRows() throws IOException {
        Path list = Files.writeString(folder.resolve("names"), "a.png\n\nसूरज.png\n");
        assertEquals(List.of("a.png", "सूरज.png"), ids(read(plain(), "", "@" + list)));
        List<BatchQuestion> stdin = read(plain(), "a.png\n{\"id\": 7, \"prompt\": \"یہ کیا ہے؟\"}\n{\"id\": 8}\n", "-");
        assertEquals(List.of("a.png", 7, 8), ids(stdin));
        assertEquals("یہ کیا ہے؟", stdin.get(1).prompt());
        assertTrue(stdin.get(2).problem().getMessage().contains("has no question"));
        assertEquals(
                List.of(1L, 2L, 3L), stdin.stream().map(BatchQuestion::item).toList());
    }

    @Test
    void everyPromptIsAskedInEveryLanguage() throws IOException {
        Path image = TestImages.png(folder.resolve("a.png"), 2, 2);
        Prompts prompts = new Prompts(List.of("What?", "Where?"), List.of(Language.values()));
        List<BatchQuestion> questions = read(prompts, "", image.toString());
        assertEquals(20, questions.size());
        assertEquals(20, questions.stream().map(BatchQuestion::key).distinct().count());
        for (BatchQuestion question : questions) {
            assertTrue(question.prompt().endsWith(AnswerIn.sentence(question.language())), question.prompt());
            assertEquals(questions.getFirst().images(), question.images(), "one image is decoded once");
        }
        List<BatchQuestion> described = read(new Prompts(List.of(), List.of(Language.values())), "", image.toString());
        assertEquals(
                Stream.of(Language.values()).map(Language::describe).toList(),
                described.stream().map(BatchQuestion::prompt).toList());
        BatchQuestion own =
                read(prompts, "{\"prompt\":\"Quoi ?\",\"lang\":\"fr\"}", "-").getFirst();
        assertEquals("Quoi ?", own.prompt());
        assertEquals(Language.FR, own.language());
    }

    @Test
    void imagesComeInline() throws IOException {
        byte[] png = Files.readAllBytes(TestImages.png(folder.resolve("a.png"), 3, 2));
        String base64 = Base64.getEncoder().encodeToString(png);
        for (String image : List.of("data:image/png;base64," + base64, base64)) {
            BatchQuestion row =
                    read(plain(), "{\"image\":\"" + image + "\"}", "-").getFirst();
            assertEquals(3, row.images().getFirst().decoded().width());
        }
        Path table = Files.writeString(
                folder.resolve("rows.tsv"),
                "index\timage\tquestion\tlanguage\nx\t" + base64 + "\tক?\tbn\ny\t*not base64" + "*".repeat(99)
                        + "\tb\ten\nz\t\tc\txx\n");
        List<BatchQuestion> rows = read(plain(), "", table.toString());
        assertEquals(3, rows.size());
        assertEquals("ক?", rows.getFirst().prompt());
        assertEquals(Language.BN, rows.getFirst().language());
        assertEquals(3, rows.getFirst().images().getFirst().decoded().width());
        assertTrue(
                rows.get(2).problem().getMessage().contains("unknown language 'xx'"),
                rows.get(2).problem().getMessage());
    }

    @Test
    void aQuestionChangesWithItsImage() throws IOException {
        Path image = TestImages.png(folder.resolve("a.png"), 2, 2);
        String before = read(plain(), "", image.toString()).getFirst().key();
        assertEquals(before, read(plain(), "", image.toString()).getFirst().key());
        TestImages.png(image, 40, 30);
        assertNotEquals(before, read(plain(), "", image.toString()).getFirst().key());
    }

    @Test
    void aDamagedImageFailsEachTimeAlike() throws IOException {
        Path image = Files.writeString(folder.resolve("a.png"), "no image");
        BatchImage broken =
                read(plain(), "", image.toString()).getFirst().images().getFirst();
        ImageException first = assertThrows(ImageException.class, broken::decoded);
        assertEquals(first, assertThrows(ImageException.class, broken::decoded));
        assertEquals(64, broken.sha256().length());
    }

    @Test
    void absentInputsAreReportedAtOnce() {
        for (String input : List.of("", "no-such-folder", "@no-such-list")) {
            assertThrows(RequestException.class, () -> read(plain(), "", input), input);
        }
    }
}
