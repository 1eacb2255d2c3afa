// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.myna.kernels.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;

/** Files of other kinds are described in one line that ends with what to do. */
class FileKindTest {
    @TempDir
    Path folder;

    private static byte[] latin1(String text) {
        return Arrays.copyOf(text.getBytes(StandardCharsets.ISO_8859_1), Math.max(64, text.length()));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] little(long header, String rest) {
        byte[] text = utf8(rest);
        return ByteBuffer.allocate(8 + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header)
                .put(text)
                .array();
    }

    private static byte[] importance() {
        return ByteBuffer.allocate(100)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(7)
                .putInt(19)
                .put(utf8("blk.0.attn_q.weight"))
                .array();
    }

    static Stream<Arguments> files() {
        return Stream.of(
                arguments("empty", new byte[0], "the file is empty", "fetch it again"),
                arguments("zeros", new byte[9000], "zero bytes", "fetch it again"),
                arguments(
                        "pointer",
                        utf8("version https://git-lfs.github.com/spec/v1\noid sha256:0a\nsize 4081004224\n"),
                        "Git LFS pointer",
                        "(4081004224 bytes)",
                        "git lfs pull"),
                arguments("page", utf8("\n<!DOCTYPE html><html><body>Log in</body></html>"), "web page", "fetch"),
                arguments("old page", utf8("<HTML><HEAD>"), "web page", "fetch"),
                arguments("server's error", utf8("<?xml version=\"1.0\"?><Error/>"), "XML", "fetch"),
                arguments("not found", utf8("Entry not found"), "text file", "\"Entry not found\""),
                arguments("hostile text", utf8("\u202eevil " + "x".repeat(9000)), "text file", "\\u{202e}evil"),
                arguments(
                        "safetensors", little(64, "{\"__metadata__\":{}}" + " ".repeat(100)), "safetensors", "convert"),
                arguments(
                        "PyTorch",
                        latin1("PK\u0003\u0004" + "\0".repeat(26) + "archive/data.pkl"),
                        "PyTorch",
                        "convert"),
                arguments("zip", latin1("PK\u0003\u0004" + "\0".repeat(26) + "model.gguf"), "zip archive", "unpack"),
                arguments(
                        "pickle",
                        latin1("\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019."),
                        "PyTorch",
                        "convert"),
                arguments("ggml", latin1("lmgg"), "old ggml format", "convert"),
                arguments("ggmf", latin1("fmgg\u0001"), "old ggmf format", "convert"),
                arguments("ggjt", latin1("tjgg\u0003"), "old ggjt format", "convert"),
                arguments("ggla", latin1("algg\u0001"), "LoRA adapter", "merge"),
                arguments("imatrix", importance(), "importance matrix", "quantize --imatrix"),
                arguments("config", utf8("{\n \"architectures\": [\"LlamaForCausalLM\"]}"), "JSON", "myna convert"),
                arguments(
                        "index", utf8("{\"metadata\":{},\"weight_map\":{}}"), "index of a checkpoint", "myna convert"),
                arguments("list", utf8("[1, 2]"), "JSON file", "not a model"),
                arguments("sentencepiece", latin1("\n\u000e\n\u0005<unk>\u0015"), "SentencePiece", "convert"),
                arguments("PNG", latin1("\u0089PNG\r\n\u001a\n"), "image (PNG)", "--image"),
                arguments("JPEG", latin1("\u00ff\u00d8\u00ff\u00e0"), "image (JPEG)", "--image"),
                arguments("WebP", latin1("RIFF\0\0\0\0WEBPVP8 "), "image (WebP)", "--image"),
                arguments("HEIC", latin1("\0\0\0\u0018ftypheic"), "image (HEIC or AVIF)", "--image"),
                arguments("GIF", latin1("GIF89a"), "image (GIF)", "--image"),
                arguments("gzip", latin1("\u001f\u008b\b"), "gzip archive", "unpack"),
                arguments("zstd", latin1("(\u00b5/\u00fd"), "Zstandard", "unpack"),
                arguments("PDF", latin1("%PDF-1.7"), "PDF", "not a model"),
                arguments("big-endian", GgufBytes.header(3 << 24, 0, 0).toArray(), "big-endian", "little-endian"),
                arguments("unknown", latin1("\u0001\u0002\u0003\u0004\u0005"), "01020304", "no GGUF file"));
    }

    @TestFactory
    Stream<DynamicTest> otherFilesAreNamed() {
        return files().map(Arguments::get)
                .map(each -> DynamicTest.dynamicTest((String) each[0], () -> {
                    String message = Hostile.refusal((byte[]) each[1]);
                    for (int i = 2; i < each.length; i++) {
                        assertTrue(message.contains((String) each[i]), message);
                    }
                }));
    }

    @Test
    void foldersAreNamed() throws IOException {
        assertEquals(folder + ": this is a directory, not a GGUF file", refusal(folder));
        Files.createFile(folder.resolve("b.gguf"));
        assertTrue(refusal(folder).endsWith("; name a file in it, such as b.gguf"), refusal(folder));
        Files.createFile(folder.resolve("model-00001-of-00002.safetensors"));
        assertTrue(refusal(folder).contains("convert it with: myna convert"), refusal(folder));
    }

    private static String refusal(Path path) {
        return assertThrows(GgufException.class, () -> GgufFile.open(path)).getMessage();
    }

    private Optional<String> kind(Consumer<GgufWriter> contents, String... tensors) throws IOException {
        Path path = folder.resolve("file.gguf");
        try (GgufWriter writer = new GgufWriter(path)) {
            contents.accept(writer);
            for (String tensor : tensors) {
                writer.tensor(tensor, TensorType.F32, 1);
            }
            for (String tensor : tensors) {
                writer.data(tensor, MemorySegment.ofArray(new byte[4]));
            }
            writer.finish();
        }
        try (GgufFile file = GgufFile.open(path)) {
            return FileKind.otherThanModel(file);
        }
    }

    @Test
    void ggufFilesThatAreNotModelsAreNamed() throws IOException {
        Consumer<GgufWriter> llama = writer -> writer.string("general.architecture", "llama");
        assertEquals(Optional.empty(), kind(llama, "token_embd.weight"));
        named(kind(llama.andThen(writer -> writer.string("general.type", "adapter")), "a.lora_a"), "LoRA adapter");
        named(kind(writer -> writer.string("general.type", "imatrix"), "x.in_sum2"), "importance matrix");
        named(kind(writer -> {}, "blk.0.attn_q.weight.in_sum2"), "importance matrix");
        named(kind(writer -> writer.string("general.architecture", "controlvector"), "direction.1"), "control vector");
        named(kind(llama.andThen(writer -> writer.strings("tokenizer.ggml.tokens", List.of("a")))), "vocabulary only");
        named(kind(llama), "no tensors");
        named(kind(llama.andThen(writer -> writer.u32("llama.expert_count", 8)), "a"), "mixture of experts");
        named(kind(llama, "blk.0.ffn_gate_exps.weight"), "mixture of experts");
        named(kind(llama.andThen(writer -> writer.u32("split.count", 3)), "a"), "-00001-of-00003.gguf");
        assertEquals(
                Optional.empty(),
                kind(writer -> writer.string("general.architecture", "clip"), "mm.moe.ffn_up_exps.weight"));
    }

    private static void named(Optional<String> kind, String expected) {
        assertTrue(kind.orElseThrow().contains(expected), kind.toString());
    }
}
