// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The conversation that README.md shows is one with the embedded model about the image above it. */
class ReadmeAnswersTest {
    private static final Path ROOT = Path.of("..");
    private static final Path NANO = ROOT.resolve("models-manifest/nano");
    private static final Pattern IMAGE = Pattern.compile("<img src=\"([^\"]+)\"");
    private static final Pattern TABLE = Pattern.compile("\\| question \\|[^\n]*\n\\|---\\|---\\|\n((?:\\|[^\n]*\n)+)");

    @Test
    void readmeShowsRealAnswers() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        Matcher image = IMAGE.matcher(readme);
        Matcher table = TABLE.matcher(readme);
        assertTrue(image.find() && table.find(), "README.md shows no image with questions and answers");
        Map<String, String> answers = new LinkedHashMap<>();
        for (String row : table.group(1).split("\n")) {
            String[] cells = row.split("\\|");
            answers.put(cells[1].strip(), cells[2].strip());
        }
        assertEquals(6, answers.size());
        RgbImage scene = ImageDecoder.decode(ROOT.resolve(image.group(1)));
        try (Model model = Myna.load(
                        NANO.resolve("nano.gguf"), NANO.resolve("nano-mmproj.gguf"), ModelOptions.defaults());
                Session session = model.newSession(SessionOptions.defaults())) {
            boolean first = true;
            for (Map.Entry<String, String> each : answers.entrySet()) {
                Message question = first ? Message.of(each.getKey(), scene) : Message.of(each.getKey());
                first = false;
                try (Generation generation = session.generate(question, GenerationOptions.greedy())) {
                    assertEquals(each.getValue(), generation.text(), each.getKey());
                }
            }
        }
    }
}
