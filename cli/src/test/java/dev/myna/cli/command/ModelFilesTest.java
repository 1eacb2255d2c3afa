// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.TestImages;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.testing.TinyCheckpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

/** Files that people really have: foreign templates, variants' tensors, parts, other files, and what lies beside them. */
class ModelFilesTest {
    @TempDir
    Path folder;

    /** A decoder of width 64 alone in its folder, and its vision file elsewhere. */
    private Path text;

    private Path vision;

    /** A key of converted files, and the copy that states another kind. */
    private static final String KIND = "general.type";

    private static final String ADAPTER = "lora.gguf";

    @BeforeEach
    void convert() throws IOException {
        Path source = TinyCheckpoint.palo().write(folder.resolve("source/tiny"));
        Path made = Files.createDirectories(folder.resolve("made"));
        Captured result = Captured.run("convert", source.toString(), "-o", made.toString());
        assertEquals(ExitCode.OK, result.code(), result.err());
        text = Files.move(made.resolve("tiny-f16.gguf"), folder.resolve("tiny-f16.gguf"));
        vision = made.resolve("tiny-mmproj-f16.gguf");
    }

    /** A copy with more keys, and without some tensors; the new tensors are F32 and full of a number. */
    private Path copy(Path source, Path target, Consumer<GgufWriter> keys, Map<String, long[]> added, float value)
            throws IOException {
        return write(source, target, keys, added, value, List.of());
    }

    private Path write(
            Path source,
            Path target,
            Consumer<GgufWriter> keys,
            Map<String, long[]> added,
            float value,
            List<String> only)
            throws IOException {
        try (GgufFile file = GgufFile.open(source);
                GgufWriter writer = new GgufWriter(target)) {
            file.metadata().keys().stream()
                    .filter(key -> !key.equals(KIND) || !target.endsWith(ADAPTER))
                    .forEach(key -> writer.copy(file, key));
            keys.accept(writer);
            List<Tensor> tensors = file.tensors().values().stream()
                    .filter(tensor -> only.isEmpty() || only.contains(tensor.name()))
                    .filter(tensor -> !added.containsKey(tensor.name()))
                    .toList();
            tensors.forEach(tensor -> writer.tensor(
                    tensor.name(),
                    tensor.type(),
                    tensor.shape().stream().mapToLong(Long::longValue).toArray()));
            added.forEach((name, shape) -> writer.tensor(name, TensorType.F32, shape));
            for (Tensor tensor : tensors) {
                writer.data(tensor.name(), tensor.data());
            }
            for (Map.Entry<String, long[]> tensor : added.entrySet()) {
                float[] values =
                        new float[(int) Arrays.stream(tensor.getValue()).reduce(1, (a, b) -> a * b)];
                Arrays.fill(values, value);
                writer.data(tensor.getKey(), MemorySegment.ofArray(values));
            }
            writer.finish();
        }
        return target;
    }

    private static Captured run(Object... args) {
        return Captured.run(Stream.of(args).map(Object::toString).toArray(String[]::new));
    }

    private static Captured ask(Path model, Object... more) {
        return run(Stream.concat(
                        Stream.of("run", "-m", model, "-p", "Say something", "-n", "6", "--no-perf"), Stream.of(more))
                .toArray());
    }

    private static void fails(String expected, Captured result) {
        assertEquals(ExitCode.MODEL, result.code(), result.err());
        assertTrue(result.err().contains(expected), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
        assertEquals("", result.out());
    }

    @Test
    void intactModelsGiveNoNotes() {
        Captured answer = ask(text);
        assertEquals(ExitCode.OK, answer.code(), answer.err());
        assertEquals("", answer.err());
    }

    private Path withTemplate(String name, String template) throws IOException {
        return copy(
                text, folder.resolve(name), writer -> writer.string("tokenizer.chat_template", template), Map.of(), 0);
    }

    @Test
    void aTemplateDecidesHowPromptsAreWritten() throws IOException {
        Path zephyr = withTemplate(
                "zephyr.gguf",
                "{% for m in messages %}{{ '<|' + m.role + '|>\\n' + m.content }}\n{% endfor %}"
                        + "{{ '<|assistant|>' if add_generation_prompt }}{{ ' fast' if hurry }}");
        Captured card = run("inspect", zephyr);
        assertEquals(ExitCode.OK, card.code(), card.err());
        assertTrue(card.out().contains("prompts are written as it says"), card.out());
        assertTrue(card.out().contains("system texts yes, tools in the system text"), card.out());
        assertTrue(card.out().contains("What is this?"), card.out());
        Captured answer = ask(zephyr, "--template-arg", "hurry=true");
        assertEquals(ExitCode.OK, answer.code(), answer.err());
        assertEquals("", answer.err());
        Captured named = ask(zephyr, "--chat-template", "plain", "--template-arg", "hurry=true");
        assertTrue(named.err().contains("--template-arg has no effect"), named.err());
        Captured unread = ask(zephyr, "--template-arg", "hurry=true", "--template-arg", "worry=1");
        assertTrue(
                unread.err().contains("--template-arg has no effect: the prompt format does not use worry"),
                unread.err());
    }

    /** The file's way to sample holds where options do not say otherwise. */
    @Test
    void samplingDefaultsComeFromTheFile() throws IOException {
        Path warm = copy(
                text,
                folder.resolve("warm.gguf"),
                writer -> {
                    writer.f32("general.sampling.temp", 0.5f);
                    writer.i32("general.sampling.top_k", 20);
                    writer.f32("general.sampling.min_p", 7);
                    writer.i32("general.sampling.mirostat", 2);
                },
                Map.of(),
                0);
        Captured card = run("inspect", warm);
        assertTrue(card.out().contains("temp 0.5, top-k 20.0, unless options say otherwise"), card.out());
        Captured answer = ask(warm, "--top-k", "5");
        assertEquals(ExitCode.OK, answer.code(), answer.err());
        assertTrue(
                answer.err().contains("sampling defaults from the model file: --temp 0.5 (--temp 0 always takes"),
                answer.err());
        assertTrue(
                answer.err().contains("does not follow: general.sampling.min_p = 7.0, general.sampling.mirostat = 2"),
                answer.err());
        Captured greedy = ask(warm, "--temp", "0");
        assertFalse(greedy.err().contains("as the model's file says"), greedy.err());
    }

    @Test
    void aTemplateThatCannotBeUsedNamesItsLineAndTheWayOut() throws IOException {
        Path shouting = withTemplate("shouting.gguf", "{% for m in messages %}\n{{ m.content|shout }}{% endfor %}");
        Captured refused = ask(shouting);
        fails("tokenizer.chat_template: line 2, column ", refused);
        assertTrue(refused.err().contains("shout"), refused.err());
        assertTrue(refused.err().contains("name another format with --chat-template"), refused.err());
        assertEquals("", ask(shouting, "--chat-template", "plain").err());
        assertTrue(run("inspect", shouting).out().contains("cannot be used"));
        assertTrue(run("verify", shouting).out().contains("--chat-template"));
        Path file =
                Files.writeString(folder.resolve("mine.jinja"), "{% for m in messages %}{{ m.content }}{% endfor %}");
        assertEquals("", ask(shouting, "--chat-template", file.toString()).err());
        Path empty = Files.writeString(folder.resolve("empty.jinja"), "Hello");
        Captured none = ask(shouting, "--chat-template", empty.toString());
        assertEquals(ExitCode.USAGE, none.code());
        assertTrue(none.err().contains("is not a chat template"), none.err());
    }

    @Test
    void tensorsOfVariantsAreRefusedUnlessIgnored() throws IOException {
        Path variant = copy(
                text,
                folder.resolve("variant.gguf"),
                writer -> writer.u32("llama.attention.sliding_window", 16),
                Map.of("blk.0.attn_q_norm.weight", new long[] {16}, "blk.1.attn_q_norm.weight", new long[] {16}),
                1);
        fails("blk.0.attn_q_norm.weight", ask(variant));
        fails("llama.attention.sliding_window = 16", ask(variant));
        Captured answer = ask(variant, "--ignore-unused");
        assertEquals(ExitCode.OK, answer.code(), answer.err());
        assertEquals(2, answer.err().lines().count(), "a line a class: " + answer.err());
        assertEquals(ask(text).out(), answer.out());
        Captured card = run("inspect", variant);
        assertEquals(ExitCode.OK, card.code());
        assertTrue(card.out().contains("runs with --ignore-unused"), card.out());
        Captured verified = run("verify", variant);
        assertEquals(ExitCode.OK, verified.code(), verified.out());
        assertTrue(verified.out().contains("run only with --ignore-unused: tensors that Myna does not apply"));
    }

    @Test
    void biasesOfTheAttentionOutputAreApplied() throws IOException {
        Map<String, long[]> bias = Map.of("blk.0.attn_output.bias", new long[] {64});
        Captured plain = ask(text);
        assertEquals(
                plain.out(),
                ask(copy(text, folder.resolve("zero.gguf"), _ -> {}, bias, 0)).out());
        Captured changed = ask(copy(text, folder.resolve("bias.gguf"), _ -> {}, bias, 3));
        assertEquals(ExitCode.OK, changed.code(), changed.err());
        assertEquals("", changed.err());
        assertFalse(changed.out().equals(plain.out()), "the bias changes the answer");
    }

    /** The whole model in two files, the first half of the tensors in the first. */
    private List<Path> split() throws IOException {
        List<String> names;
        try (GgufFile file = GgufFile.open(text)) {
            names = List.copyOf(file.tensors().keySet());
        }
        Path parts = Files.createDirectories(folder.resolve("parts"));
        List<Path> files = List.of(parts.resolve("m-00001-of-00002.gguf"), parts.resolve("m-00002-of-00002.gguf"));
        for (int i = 0; i < 2; i++) {
            int number = i;
            write(
                    text,
                    files.get(i),
                    writer -> writer.u32("split.no", number)
                            .u32("split.count", 2)
                            .i32("split.tensors.count", names.size()),
                    Map.of(),
                    0,
                    i == 0 ? names.subList(0, 9) : names.subList(9, names.size()));
        }
        return files;
    }

    @Test
    void splitModelsAreOneModel() throws IOException {
        List<Path> parts = split();
        for (Path part : parts) {
            Captured answer = ask(part);
            assertEquals(ExitCode.OK, answer.code(), answer.err());
            assertEquals(ask(text).out(), answer.out());
        }
        Captured card = run("inspect", parts.getLast());
        assertTrue(card.out().contains(" in 2 parts"), card.out());
        assertTrue(card.out().contains("output        a separate matrix"), card.out());
        Captured verified = run("verify", parts.getFirst(), parts.getLast());
        assertEquals(ExitCode.OK, verified.code(), verified.out());
        assertEquals(
                2,
                verified.out().lines().filter(line -> line.contains("sha256 ")).count(),
                verified.out());
        assertEquals(
                1,
                verified.out()
                        .lines()
                        .filter(line -> line.contains(": no problems, "))
                        .count(),
                verified.out());
        assertEquals(
                2,
                ((Map<?, ?>) JSON.std
                                .mapFrom(run("verify", parts.getFirst(), "--json")
                                        .out())
                                .get("parts"))
                        .size());
        for (Path source : List.of(text, parts.getFirst())) {
            Captured made = run("quantize", source, folder.resolve("q.gguf"), "q8_0", "--force");
            assertEquals(ExitCode.OK, made.code(), made.err());
            Files.move(folder.resolve("q.gguf"), folder.resolve(source == text ? "whole.gguf" : "joined.gguf"));
        }
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("whole.gguf")), Files.readAllBytes(folder.resolve("joined.gguf")));
        Files.delete(parts.getLast());
        fails("1 part is missing: m-00002-of-00002.gguf", ask(parts.getFirst()));
        fails("1 part is missing: m-00002-of-00002.gguf", run("inspect", parts.getFirst()));
    }

    /** Another model's vision file, of another width. */
    private Path foreign(String name) throws IOException {
        return copy(
                vision,
                folder.resolve(name),
                _ -> {},
                Map.of("mm.2.weight", new long[] {64, 32}, "mm.2.bias", new long[] {32}),
                0.1f);
    }

    @Test
    void visionFilesOfAnotherWidthAreNotUsed() throws IOException {
        Path other = foreign("other-mmproj.gguf");
        Captured chat = Captured.runWith(utf8("Hello\n"), "chat", "-m", text.toString(), "-n", "2");
        assertEquals(ExitCode.OK, chat.code(), chat.err());
        assertTrue(chat.err().contains("not using " + other), chat.err());
        assertTrue(chat.err().contains("its projector width is 32, but the model needs 64"), chat.err());
        Path image = TestImages.png(folder.resolve("a.png"), 30, 20);
        fails("other-mmproj.gguf: its projector width is 32", ask(text, "--image", image));
        fails("do not belong together", ask(text, "--image", image, "--mmproj", other));

        Path fitting = Files.copy(vision, folder.resolve("b-mmproj.gguf"));
        Captured answer = ask(text, "--image", image);
        assertEquals(ExitCode.OK, answer.code(), answer.err());
        assertTrue(answer.err().contains("using " + fitting), answer.err());
        assertFalse(answer.err().contains("not using"), answer.err());
    }

    @Test
    void aVisionFileBesideTheModelCanBeLeftOut() throws IOException {
        Files.copy(vision, folder.resolve("tiny-mmproj.gguf"));
        Captured chat = Captured.runWith(utf8("Hello\n"), "chat", "-m", text.toString(), "-n", "2", "--no-mmproj");
        assertEquals(ExitCode.OK, chat.code(), chat.err());
        assertFalse(chat.err().contains("mmproj"), chat.err());
        Captured both = ask(text, "--no-mmproj", "--mmproj", vision);
        assertEquals(ExitCode.USAGE, both.code(), both.err());
        Captured blind = ask(text, "--no-mmproj", "--image", TestImages.png(folder.resolve("a.png"), 30, 20));
        assertEquals(ExitCode.USAGE, blind.code(), blind.err());
    }

    @Test
    void otherFilesAreRefusedAsModels() throws IOException {
        Path pointer = Files.writeString(
                folder.resolve("lfs.gguf"), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 77\n");
        fails("Git LFS pointer", ask(pointer));
        fails("Git LFS pointer", ask(text, "--mmproj", pointer));
        fails("Git LFS pointer", run("inspect", pointer));
        fails("Git LFS pointer", run("verify", pointer));
        fails("Git LFS pointer", run("quantize", pointer, folder.resolve("q.gguf"), "q8_0"));
        fails("pass it with --mmproj", ask(vision));
        fails("is no vision file", ask(text, "--mmproj", text));
        fails("myna convert", ask(folder.resolve("source/tiny")));
        Path adapter = copy(text, folder.resolve(ADAPTER), writer -> writer.string(KIND, "adapter"), Map.of(), 0);
        fails("LoRA adapter", ask(adapter));
        Path experts =
                copy(text, folder.resolve("moe.gguf"), writer -> writer.u32("llama.expert_count", 8), Map.of(), 0);
        fails("mixture of experts", ask(experts));
        assertTrue(run("inspect", experts).out().contains("cannot run: llama.expert_count is not 0"));
    }

    @Test
    void vocabulariesAloneCannotRun() throws IOException {
        Path vocabulary = folder.resolve("vocab.gguf");
        try (GgufFile file = GgufFile.open(text);
                GgufWriter writer = new GgufWriter(vocabulary)) {
            file.metadata().keys().forEach(key -> writer.copy(file, key));
            writer.finish();
        }
        Captured card = run("inspect", vocabulary);
        assertEquals(ExitCode.OK, card.code());
        assertTrue(card.out().contains("cannot run: this file holds a vocabulary only and no weights"), card.out());
        assertFalse(card.out().contains("embedding matrix") || card.out().contains("vicuna"), card.out());
        fails("vocabulary only", ask(vocabulary));
        assertEquals(ExitCode.OK, run("tokenize", "-m", vocabulary, "a").code());
        assertEquals(ExitCode.MODEL, run("verify", vocabulary).code());
    }

    @Test
    void filesThatAreCutShortAreIncomplete() throws IOException {
        byte[] bytes = Files.readAllBytes(text);
        Path cut = folder.resolve("cut.gguf");
        Files.write(cut, Arrays.copyOf(bytes, bytes.length * 6 / 10));
        String expected = "incomplete: " + bytes.length * 6 / 10 + " of " + bytes.length + " bytes; fetch it again";
        fails(expected, ask(cut));
        fails(expected, run("inspect", cut));
        fails(expected, run("verify", cut));
        Files.write(cut, Arrays.copyOf(bytes, 1000));
        fails("the file is incomplete, it ends within its header after 1000 bytes; fetch it again", ask(cut));
    }

    @Test
    void holesAreFoundByVerify() throws IOException {
        Path hole = copy(text, folder.resolve("hole.gguf"), _ -> {}, Map.of("output.weight", new long[] {64, 300}), 0);
        Captured verified = run("verify", hole);
        assertEquals(ExitCode.MODEL, verified.code(), verified.out());
        assertTrue(verified.out().contains("tensor \"output.weight\": all 76800 bytes are zero"), verified.out());
    }

    @Test
    void controlCharactersOfFilesAreReplaced() throws IOException {
        String evil = "\u001b[2J\u202eevil" + "x".repeat(10_000);
        Path named = folder.resolve("evil.gguf");
        try (GgufWriter writer = new GgufWriter(named)) {
            writer.string("general.architecture", evil)
                    .string("general.name", evil)
                    .tensor("a", TensorType.F32, 1)
                    .data("a", MemorySegment.ofArray(new float[1]))
                    .finish();
        }
        for (Captured result : List.of(ask(named), run("inspect", named), run("verify", named))) {
            String all = result.out() + result.err();
            assertTrue(all.length() < 2000, "length " + all.length());
            assertFalse(all.contains("\u202e") || all.contains("\u001b"), all);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
