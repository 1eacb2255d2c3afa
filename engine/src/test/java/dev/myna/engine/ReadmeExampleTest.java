// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example compiles and runs as it stands there, on files of a tiny model under its file names. */
class ReadmeExampleTest {
    @TempDir
    Path folder;

    @Test
    void compilesAndRuns() throws Exception {
        String readme = Files.readString(Path.of("../README.md"));
        Matcher block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(readme);
        assertTrue(block.find(), "README.md has no Java example");
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
                "import dev.myna.engine.*; import dev.myna.loaders.image.*; import java.nio.file.Path;\n"
                        + "public class Example { public static void main(String[] args) throws Exception {\n"
                        + example.replace("Path.of(\"", "Path.of(args[0], \"") + "}}\n");
        int status = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-cp", System.getProperty("java.class.path"), source.toString());
        assertTrue(status == 0, "the example does not compile");

        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream original = System.out;
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            loader.loadClass("Example")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) new String[] {folder.toString()});
        } finally {
            System.setOut(original);
        }
        assertFalse(printed.toString(StandardCharsets.UTF_8).isEmpty());
    }
}
