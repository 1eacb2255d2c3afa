// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Java examples of README and docs compile and run as they stand there, on files of a tiny model under their file names. */
class ReadmeExampleTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/library.md", "docs/scheduler.md"})
    void compilesAndRuns(String page) throws Exception {
        String text = Files.readString(Path.of("..").resolve(page));
        Matcher block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(text);
        assertTrue(block.find(), page + " has no Java example");
        String example = block.group(1);
        assertTrue(example.lines().count() <= 10, "the example grew beyond ten lines");

        TinyModel.decoder().write(folder, "palo-7b-q4_0.gguf");
        TinyModel.vision().write(folder, "palo-7b-mmproj-f16.gguf");
        ImageIO.write(
                new BufferedImage(30, 20, BufferedImage.TYPE_INT_RGB),
                "jpg",
                folder.resolve("photo.jpg").toFile());
        Path source = folder.resolve("Example.java");
        Files.writeString(
                source,
                "import dev.myna.Myna; import dev.myna.engine.*; import dev.myna.loaders.image.*; import java.nio.file.Path;\n"
                        + "public class Example { public static void main(String[] args) throws Exception {\n"
                        + example.replace("Path.of(\"", "Path.of(args[0], \"") + "}}\n");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.awt.headless=true",
                        "-Dstdout.encoding=UTF-8",
                        "-cp",
                        System.getProperty("java.class.path"),
                        source.toString(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        byte[] printed = process.getInputStream().readAllBytes();
        assertEquals(0, process.waitFor(), "the example does not compile or does not run");
        assertTrue(printed.length > 0, "the example printed nothing");
    }
}
