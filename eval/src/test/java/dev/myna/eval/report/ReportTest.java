// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.eval.EvalException;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.run.StoredRun;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import tools.jackson.jr.ob.JSON;

/** The page of stored answers: no model is needed. */
class ReportTest {
    private static final String SCRIPT = "<script>alert('x')</script>";
    private static final Path IMAGE = Path.of("../models-manifest/nano/heldout/0000.png");

    @TempDir
    Path folder;

    private final List<String> predictions = new ArrayList<>();
    private final List<String> questions = new ArrayList<>();

    @BeforeEach
    void copyImage() throws IOException {
        Files.copy(IMAGE, Files.createDirectories(folder.resolve("data")).resolve("image.png"));
    }

    private void row(String language, String id, String question, String right, String answer, String category)
            throws IOException {
        Map<String, Object> gold = Map.of("answer", right, "options", Map.of(), "category", category);
        predictions.add(JSON.std.asString(Map.of(
                "task", "jsonl",
                "language", language,
                "id", id,
                "prompt", question,
                "answer", answer,
                "error", "",
                "gold", gold)));
        questions.add(JSON.std.asString(Map.of(
                "id", id,
                "language", language,
                "image", "image.png",
                "question", question,
                "answer", right,
                "category", category)));
    }

    /** Writes the files of a run, scores them and writes the report. */
    private String report(Optional<DataFolder> data) throws IOException {
        Files.write(folder.resolve("predictions.jsonl"), predictions);
        Files.write(folder.resolve("data/questions.jsonl"), questions);
        if (!Files.exists(folder.resolve("results.json"))) {
            Files.writeString(
                    folder.resolve("results.json"),
                    "{\"format\": \"myna-eval-2\", \"model\": \"<i>model</i> & co\", \"model_files\": {\"a.gguf\": \"abc\"}}");
        }
        StoredRun.score(folder, options -> TaskOptions.DEFAULT);
        assertEquals(List.of(), Report.write(folder, data));
        return Files.readString(folder.resolve("report.html"));
    }

    private Optional<DataFolder> data() {
        return Optional.of(new DataFolder(folder.resolve("data")));
    }

    @Test
    void nothingOfTheDataBecomesMarkup() throws IOException {
        row("en", SCRIPT, SCRIPT, SCRIPT, SCRIPT + "\" onload=\"x", SCRIPT);
        row("ur", "\u0000\u0007&amp;", "\ufffe <img src=x onerror=y>", "a", "<svg onload=z>", "</table>");
        String html = report(data());
        for (String bad :
                List.of("<script", "<img src=x", "<svg onload", "\" onload", "<i>model", "\u0007", "\ufffe")) {
            assertFalse(html.toLowerCase(java.util.Locale.ROOT).contains(bad), bad);
        }
        assertTrue(html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot; onload=&quot;x"), html);
        assertTrue(html.contains("&amp;amp;"), html);
        assertEquals(1, occurrences(html, "</html>"));
    }

    @Test
    void itLoadsNothing() throws IOException {
        row("en", "1", "see https://example.org/x.png", "a", "http://example.org", "c");
        row("hi", "2", "url(http://example.org)", "a", "@import 'x'", "c");
        String html = report(data());
        Matcher sources = Pattern.compile("(?:src|href)=\"([^\"]{0,40})").matcher(html);
        int images = 0;
        while (sources.find()) {
            assertTrue(
                    sources.group(1).startsWith("data:image/png;base64,")
                            || sources.group(1).startsWith("#"),
                    sources.group(1));
            images += sources.group(1).startsWith("data:") ? 1 : 0;
        }
        assertEquals(2, images);
        assertTrue(html.contains("default-src 'none'"));
        String style = html.substring(html.indexOf("<style>"), html.indexOf("</style>"));
        assertFalse(style.contains("url(") || style.contains("@import"));
    }

    @Test
    void theHeadlineIsTheMeanAndTheGapWithItsLanguages() throws IOException {
        for (int i = 0; i < 4; i++) {
            row("ja", "j" + i, "何" + i, "猫", "猫", "c");
            row("ur", "u" + i, "کیا" + i, "بلی", i == 0 ? "بلی" : "کتا", "c");
        }
        String html = report(data());
        assertTrue(html.contains("<b>62.5</b><span>mean of 2 languages"), html);
        assertTrue(html.contains("<b>75.0</b><span>gap between Japanese (100.0) and Urdu (25.0)"), html);
    }

    /** Cells follow the direction of their text, and digits stay as they are. */
    @Test
    void textsOfAllScriptsKeepDirectionAndDigits() throws IOException {
        String[][] texts = {
            {"en", "3 cats"},
            {"zh", "三只猫"},
            {"hi", "३ बिल्लियाँ"},
            {"es", "3 gatos"},
            {"fr", "3 chats"},
            {"ar", "٣ قطط"},
            {"bn", "৩টি বিড়াল"},
            {"ru", "3 кошки"},
            {"ur", "۳ بلیاں"},
            {"ja", "猫３匹"}
        };
        for (String[] text : texts) {
            row(text[0], "1", "?" + text[1], "x", text[1], "c");
        }
        String html = report(data());
        for (String[] text : texts) {
            assertTrue(
                    html.contains("<dd class=\"data\" dir=\"auto\" lang=\"" + text[0] + "\">?" + text[1] + "</dd>"),
                    text[0]);
        }
    }

    @Test
    void examplesAreBoundedAndTheWorstOnesComeFirst() throws IOException {
        for (int i = 0; i < 40; i++) {
            row("en", "e" + i, "q" + i, "right", i % 2 == 0 ? "right" : "wrong " + i, "c");
            row("fr", "f" + i, "q" + i, "x".repeat(5000), "y".repeat(100_000), "c");
        }
        String html = report(data());
        assertEquals(4 + 4 + 2, occurrences(html, "<article>"));
        assertTrue(html.contains("(100000 characters)"));
        int text = html.replaceAll("data:image/png;base64,[^\"]+", "").length();
        assertTrue(text < 60_000, text + " characters");
        assertTrue(html.indexOf("wrong 1<") < html.indexOf("Best answers"));
    }

    @Test
    void imagesStayWhenTheDataAreGone() throws IOException {
        row("en", "1", "q", "a", "b", "c");
        String before = report(data());
        assertTrue(before.contains("data:image/png"));
        assertEquals(before, report(Optional.empty()));
        List<String> notes = Report.write(folder, Optional.of(new DataFolder(folder.resolve("absent"))));
        assertEquals(1, notes.size());
        assertTrue(notes.getFirst().startsWith("the report has no images of jsonl en: "), notes.toString());
    }

    @Test
    void thePlotIsAPictureOfItsOwn() throws Exception {
        row("en", "1", "q", "a", "a", "c");
        row("<&>", "2", "q", "a", "b", "c");
        report(Optional.empty());
        byte[] svg = Files.readAllBytes(folder.resolve("plot.svg"));
        Document document =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(svg));
        assertEquals("svg", document.getDocumentElement().getTagName());
        String text = document.getDocumentElement().getTextContent();
        assertTrue(text.contains("jsonl: mean 50.0, gap 100.0"), text);
        assertTrue(text.contains("English") && text.contains("<&>"), text);
        assertFalse(new String(svg, StandardCharsets.UTF_8).contains("href"));
    }

    @Test
    void aFolderWithoutResultsIsNamed() {
        EvalException failure = assertThrows(EvalException.class, () -> Report.write(folder, Optional.empty()));
        assertTrue(failure.getMessage().contains("no results.json"), failure.getMessage());
    }

    @Test
    void writtenImagesAreReadBack() {
        Random random = new Random(5);
        for (int[] size : new int[][] {{1, 1}, {7, 3}, {160, 90}}) {
            byte[] rgb = new byte[3 * size[0] * size[1]];
            random.nextBytes(rgb);
            RgbImage image = ImageDecoder.decode(Png.of(new RgbImage(size[0], size[1], rgb)), "image");
            assertEquals(size[0], image.width());
            assertArrayEquals(rgb, image.rgb());
        }
    }

    @Test
    void imagesAreShrunk() throws IOException {
        byte[] rgb = new byte[3 * 1200 * 300];
        Files.write(folder.resolve("data/image.png"), Png.of(new RgbImage(1200, 300, rgb)));
        row("en", "1", "q", "a", "b", "c");
        String html = report(data());
        Matcher image = Pattern.compile("data:image/png;base64,([^\"]+)").matcher(html);
        assertTrue(image.find());
        RgbImage small = ImageDecoder.decode(Base64.getDecoder().decode(image.group(1)), "image");
        assertEquals(160, small.width());
        assertEquals(40, small.height());
    }

    private static int occurrences(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }
}
