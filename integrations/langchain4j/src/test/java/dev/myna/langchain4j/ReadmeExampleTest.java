// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.models.EmbeddedModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example compiles and runs as it stands there, and names the image rightly. */
class ReadmeExampleTest {
    private static final String IMPORTS = """
            import dev.langchain4j.data.message.*;
            import dev.langchain4j.model.chat.*;
            import dev.langchain4j.model.chat.response.*;
            import dev.myna.Myna;
            import dev.myna.engine.*;
            import dev.myna.langchain4j.*;
            import java.nio.file.Path;
            import java.util.List;
            import java.util.concurrent.CompletableFuture;
            """;

    @TempDir
    Path folder;

    @Test
    void compilesAndRuns() throws Exception {
        Matcher block =
                Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of("README.md")));
        assertTrue(block.find(), "README.md has no Java example");
        Nano.copy(EmbeddedModel.decoder(), folder.resolve("nano.gguf"));
        Nano.copy(EmbeddedModel.mmproj(), folder.resolve("nano-mmproj.gguf"));
        Files.copy(Nano.sample("bicycle"), folder.resolve("photo.png"));
        Path source = Files.writeString(
                folder.resolve("Example.java"),
                IMPORTS + "public class Example { public static void main(String[] args) throws Exception {\n"
                        + block.group(1).replace("Path.of(\"", "Path.of(args[0], \"") + "}}\n");
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
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), "the example does not compile or does not run");
        assertEquals("سائیکل\nسائیکل", printed);
    }
}
