// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.TestImages;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.text.Utf8Lines;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.loaders.image.ImageException;
import dev.myna.loaders.image.RgbImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts, lines and images from files, pipes and devices. */
class InputsTest {
    @TempDir
    Path folder;

    private static Utf8Lines lines(byte[] bytes) {
        return new Utf8Lines(new ByteArrayInputStream(bytes), "rows");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void linesEndAsOnAnySystem() throws IOException {
        Utf8Lines lines = lines(utf8("\uFEFFa\r\nb\n\n\uFEFFc\rd"));
        assertEquals(new Utf8Lines.Line(1, "a", null), lines.next());
        assertEquals(new Utf8Lines.Line(2, "b", null), lines.next());
        assertEquals(new Utf8Lines.Line(3, "", null), lines.next());
        // Only the first letter of a text is a byte order mark, and a CR alone ends nothing.
        assertEquals(new Utf8Lines.Line(4, "\uFEFFc\rd", null), lines.next());
        assertNull(lines.next());
        assertNull(lines(new byte[0]).next());
        assertEquals("", lines(utf8("\uFEFF")).next().text());
    }

    @Test
    void aBadLineIsToldAndTheNextOneRead() throws IOException {
        byte[] invalid = {'a', (byte) 0xE0, (byte) 0xA6, '\n', 'b'};
        Utf8Lines lines = lines(invalid);
        assertEquals(
                "line 1 of rows is not valid UTF-8: convert it first",
                lines.next().problem());
        assertEquals("b", lines.next().textOrThrow());
        byte[] long_ = new byte[(16 << 20) + 2];
        Arrays.fill(long_, (byte) 'x');
        long_[long_.length - 1] = '\n';
        Utf8Lines tooLong = lines(long_);
        Utf8Lines.Line line = tooLong.next();
        assertEquals("line 1 of rows is longer than 16 MiB", line.problem());
        assertThrows(RequestException.class, line::textOrThrow);
        assertNull(tooLong.next());
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE"})
    void otherEncodingsAreNamed(String charset) {
        byte[] bytes = "{\"prompt\":\"a\"}\n".getBytes(java.nio.charset.Charset.forName(charset));
        RequestException rows =
                assertThrows(RequestException.class, () -> lines(bytes).next());
        assertTrue(rows.getMessage().contains("UTF-16"), rows.getMessage());
        Captured run = Captured.runWith(bytes, "run", "-f", "-");
        assertEquals(ExitCode.USAGE, run.code());
        assertTrue(run.err().contains("the text from stdin is UTF-16 or UTF-32"), run.err());
    }

    @Test
    void aQuestionLosesItsByteOrderMark() throws IOException {
        assertEquals("a\nb", Inputs.text(new ByteArrayInputStream(utf8("\uFEFFa\nb\r\n")), "x"));
        assertEquals("", Inputs.text(new ByteArrayInputStream(utf8("\uFEFF")), "x"));
        Captured empty = Captured.runWith(utf8("\uFEFF\n"), "run");
        assertEquals(ExitCode.USAGE, empty.code());
        assertTrue(empty.err().contains("is empty"), empty.err());
    }

    @Test
    void whatIsNoFileIsNamed() {
        String here = folder.toString();
        for (String[] args : new String[][] {{"-f", here}, {"--jsonl", here}, {"-f", "/dev/null/x"}}) {
            Captured run = Captured.run(args);
            assertEquals(ExitCode.USAGE, run.code(), run.err());
            assertTrue(run.err().startsWith("myna: cannot read " + args[1]), run.err());
        }
        assertImage("is a folder", here);
        assertImage("no file matches this pattern", here + "/*.png");
        assertImage("no such file", here + "/a.png");
        assertImage("download it first", "https://example.com/a.png");
        assertImage("cannot be a file name", "a\0b");
    }

    private static void assertImage(String expected, String name) {
        ImageException problem = assertThrows(
                ImageException.class, () -> Inputs.image(name, InputStream.nullInputStream(), Orientation.IGNORE));
        assertTrue(problem.getMessage().contains(expected), problem.getMessage());
    }

    @Test
    void imagesQuestionsAndRowsComeThroughPipes() throws Exception {
        byte[] png = Files.readAllBytes(TestImages.png(folder.resolve("a.png"), 12, 8));
        RgbImage image = throughPipe(
                png, pipe -> Inputs.image(pipe.toString(), InputStream.nullInputStream(), Orientation.IGNORE));
        assertEquals(12, image.width());
        assertEquals("what?", throughPipe(utf8("what?\n"), Inputs::text));
        Captured batch = throughPipe(utf8("null"), pipe -> Captured.run("run", "--jsonl", pipe.toString()));
        assertEquals(ExitCode.GENERATION, batch.code(), batch.err());
        assertTrue(batch.out().contains("not a JSON object, but null"), batch.out());
        ImageException empty = assertThrows(
                ImageException.class,
                () -> throughPipe(
                        new byte[0],
                        pipe -> Inputs.image(pipe.toString(), InputStream.nullInputStream(), Orientation.IGNORE)));
        assertTrue(empty.getMessage().contains("is empty"), empty.getMessage());
    }

    private interface Reader<T> {
        T read(Path pipe) throws IOException;
    }

    private <T> T throughPipe(byte[] bytes, Reader<T> reader) throws Exception {
        Path pipe = folder.resolve("pipe");
        Files.deleteIfExists(pipe);
        try {
            Assumptions.assumeTrue(
                    new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "no mkfifo");
        } catch (IOException e) {
            Assumptions.abort("this system has no mkfifo");
        }
        try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Void> written = CompletableFuture.runAsync(
                    () -> {
                        try (var out = Files.newOutputStream(pipe)) {
                            out.write(bytes);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    writers);
            T read = assertTimeoutPreemptively(Duration.ofMinutes(1), () -> reader.read(pipe));
            written.join();
            return read;
        }
    }

    @Test
    void stdinIsReadOnceWhateverItIsCalled() {
        for (String name : new String[] {"/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"}) {
            Captured run = Captured.run("run", "--image", "-", "-f", name);
            assertEquals(ExitCode.USAGE, run.code(), run.err());
            assertTrue(run.err().contains("stdin can be read once"), run.err());
        }
    }
}
