// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.TestImages;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.testing.Machine;
import dev.myna.testing.TinyCheckpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

/** {@code quantize} and {@code verify} on a small random model. */
class QuantizeCommandTest {
    @TempDir
    Path folder;

    private Path text;
    private Path vision;

    @BeforeEach
    void convert() {
        Path source = TinyCheckpoint.palo().write(folder.resolve("tiny"));
        Captured result = Captured.run("convert", source.toString(), "-o", folder.toString());
        assertEquals(ExitCode.OK, result.code(), result.err());
        text = folder.resolve("tiny-f16.gguf");
        vision = folder.resolve("tiny-mmproj-f16.gguf");
    }

    @Test
    void aSmallerFileAnswers() throws IOException {
        Path small = folder.resolve("tiny small-q4_0.gguf");
        Captured result = run("quantize", text, small, "q4_0");
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertEquals(small + "\n", result.out());
        assertTrue(result.err().contains(" bits per weight: Q4_0 x "), result.err());
        assertTrue(result.err().contains("next: myna run -m '" + small + "'"), result.err());
        assertTrue(Files.size(small) < Files.size(text) / 2);
        Path tower = folder.resolve("tiny-mmproj-q8_0.gguf");
        assertEquals(
                ExitCode.OK, run("quantize", vision, tower, "Q8_0", "-t", "1").code());
        Captured answer = run(
                "run",
                "-m",
                small,
                "--mmproj",
                tower,
                "--image",
                TestImages.png(folder.resolve("a.png"), 30, 20),
                "-n",
                "2",
                "-p",
                "A");
        assertEquals(ExitCode.OK, answer.code(), answer.err());
    }

    @Test
    void optionsReachTheTensors() {
        Captured plan = run(
                "quantize",
                text,
                "none.gguf",
                "q4_k",
                "--dry-run",
                "--keep",
                "blk.*.ffn_down.weight=q8_0",
                "--token-embedding-type",
                "Q5_1",
                "--leave-output-tensor");
        assertEquals(ExitCode.OK, plan.code(), plan.err());
        assertTrue(plan.out().contains("blk.1.ffn_down.weight [96, 64] F16 -> Q8_0\n"), plan.out());
        assertTrue(plan.out().contains("blk.1.ffn_up.weight [64, 96] F16 -> Q5_0\n"), plan.out());
        assertTrue(plan.out().contains("token_embd.weight [64, 300] F16 -> Q5_1\n"), plan.out());
        assertTrue(plan.out().contains("output.weight [64, 300] stays F16\n"), plan.out());
        assertFalse(Files.exists(Path.of("none.gguf")));
        plan = run("quantize", text, "none.gguf", "q5_0", "--dry-run", "--pure", "--output-tensor-type", "f32");
        assertTrue(plan.out().contains("output.weight [64, 300] F16 -> F32\n"), plan.out());
    }

    @Test
    void tiedOutputUsesEmbeddingType() throws IOException {
        Path tied = folder.resolve("tied.gguf");
        try (GgufWriter writer = new GgufWriter(tied)) {
            writer.string("general.architecture", "llama")
                    .u32("llama.block_count", 1)
                    .u32("llama.attention.head_count", 4)
                    .tensor("token_embd.weight", TensorType.F16, 256, 1)
                    .data("token_embd.weight", MemorySegment.ofArray(new byte[512]))
                    .finish();
        }
        Captured plan = run("quantize", tied, "none.gguf", "q4_0", "--dry-run");
        assertEquals("token_embd.weight [256, 1] F16 -> Q6_K\n", plan.out());
        plan = run("quantize", tied, "none.gguf", "q4_0", "--dry-run", "--output-tensor-type", "q8_0");
        assertEquals("token_embd.weight [256, 1] F16 -> Q8_0\n", plan.out());
        plan = run(
                "quantize",
                tied,
                "none.gguf",
                "q4_0",
                "--dry-run",
                "--output-tensor-type",
                "q8_0",
                "--token-embedding-type",
                "q5_1");
        assertEquals("token_embd.weight [256, 1] F16 -> Q5_1\n", plan.out());
    }

    @Test
    void coarseTypeOfAVisionFileIsNoted() throws IOException {
        String warning = " loses detail of images";
        assertTrue(
                run("quantize", vision, "none.gguf", "q4_0", "--dry-run").err().contains("Q4_0" + warning));
        assertFalse(
                run("quantize", vision, "none.gguf", "q8_0", "--dry-run").err().contains(warning));
        assertFalse(
                run("quantize", text, "none.gguf", "q4_0", "--dry-run").err().contains(warning));
        Path experts = folder.resolve("experts.gguf");
        try (GgufWriter writer = new GgufWriter(experts)) {
            writer.string("general.architecture", "clip")
                    .tensor("mm.moe.ffn_up_exps.weight", TensorType.F16, 32, 2, 2)
                    .data("mm.moe.ffn_up_exps.weight", MemorySegment.ofArray(new byte[256]))
                    .finish();
        }
        Captured plan = run("quantize", experts, "none.gguf", "q4_0", "--dry-run");
        assertEquals("mm.moe.ffn_up_exps.weight [32, 2, 2] F16 -> Q8_0\n", plan.out());
        assertTrue(plan.err().contains("the experts stay at Q8_0"), plan.err());
        plan = run("quantize", experts, "none.gguf", "q4_0", "--dry-run", "--pure");
        assertEquals("mm.moe.ffn_up_exps.weight [32, 2, 2] F16 -> Q4_0\n", plan.out());
        assertFalse(plan.err().contains("the experts stay"), plan.err());
    }

    @Test
    void invalidRequestsAreExplained() throws IOException {
        Path out = folder.resolve("out.gguf");
        fails(ExitCode.USAGE, "expected one of [F32, F16", "quantize", text, out, "q7");
        fails(ExitCode.USAGE, "IN and OUT are the same file", "quantize", text, text, "q4_0", "--force");
        fails(ExitCode.USAGE, "exists: add --force", "quantize", text, vision, "q4_0");
        fails(ExitCode.USAGE, "no such folder", "quantize", text, folder.resolve("no/out.gguf"), "q4_0");
        fails(ExitCode.USAGE, "--keep takes TENSOR=TYPE", "quantize", text, out, "q4_0", "--keep", "output.weight");
        fails(ExitCode.USAGE, "'q9' is not a", "quantize", text, out, "q4_0", "--keep", "output.weight=q9");
        fails(ExitCode.USAGE, "'q9' is not a", "quantize", text, out, "q4_0", "--output-tensor-type", "q9");
        fails(ExitCode.USAGE, "no tensor is named \"ffn\"", "quantize", text, out, "q4_0", "--keep", "ffn=q8_0");
        fails(ExitCode.MODEL, "no such file", "quantize", folder.resolve("none"), out, "q4_0");
        fails(ExitCode.MODEL, "no such file", "quantize", text, out, "q4_0", "--imatrix", folder.resolve("none"));
        Path small = folder.resolve("small.gguf");
        assertEquals(ExitCode.OK, run("quantize", text, small, "q8_0").code());
        fails(ExitCode.MODEL, "--allow-requantize", "quantize", small, out, "q4_0");
        assertEquals(
                ExitCode.OK,
                run("quantize", small, out, "q4_0", "--allow-requantize").code());
        assertEquals(
                ExitCode.OK,
                run("quantize", small, out, "q4_1", "--allow-requantize", "--force")
                        .code());
    }

    /** Whatever OUT is, only a regular file is replaced, and a link stays one. */
    @Test
    void outputsThatAreNotFilesAreKept() throws Exception {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        fails(ExitCode.ENVIRONMENT, "is a directory", "quantize", text, inner, "q4_0", "--force");
        Path link = Files.createSymbolicLink(folder.resolve("link.gguf"), Path.of("inner/real.gguf"));
        assertEquals(ExitCode.OK, run("quantize", text, link, "q4_0").code());
        assertTrue(Files.isSymbolicLink(link) && Files.isRegularFile(inner.resolve("real.gguf")));
        fails(ExitCode.USAGE, "exists: add --force", "quantize", text, link, "q4_0");
        Path same = Files.createSymbolicLink(folder.resolve("same.gguf"), text);
        Path hard = Files.createLink(folder.resolve("hard.gguf"), text);
        fails(ExitCode.USAGE, "IN and OUT are the same file", "quantize", text, same, "q4_0", "--force");
        fails(ExitCode.USAGE, "IN and OUT are the same file", "quantize", text, hard, "q4_0", "--force");
        Path pipe = folder.resolve("pipe");
        Machine.assume(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "needs mkfifo");
        fails(ExitCode.ENVIRONMENT, "a device, a pipe or a socket", "quantize", text, pipe, "q4_0", "--force");
        fails(ExitCode.ENVIRONMENT, "a device, a pipe or a socket", "quantize", text, pipe, "q4_0");
        assertFalse(Files.isRegularFile(pipe));
        Captured history = run("bench", "-m", text, "--history", pipe);
        assertEquals(ExitCode.USAGE, history.code(), history.err());
        assertTrue(history.err().contains("cannot write the history " + pipe + ": is a device, a pipe"), history.err());
    }

    @Test
    void intactFilesPassVerify() throws IOException {
        Captured result = run("verify", text, vision);
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertTrue(result.out().contains(text + ": no problems, "), result.out());
        assertTrue(result.out().contains(vision + ": no problems, "), result.out());
        assertFalse(result.out().contains("not used"), result.out());
        Map<String, Object> json =
                JSON.std.mapFrom(run("verify", text, "--json", "--tensors").out());
        assertEquals(true, json.get("sound"));
        String digest = json.get("sha256").toString();
        assertEquals(digest, new Sha256(text).hex(), "of the JDK");
        Map<?, ?> norm = (Map<?, ?>) ((Map<?, ?>) json.get("tensors")).get("output_norm.weight");
        assertEquals(64, norm.get("elements"));
        assertEquals(0, norm.get("nan"));
        assertEquals(
                ExitCode.OK,
                run("verify", text, "--sha256", digest.toUpperCase(java.util.Locale.ROOT))
                        .code());
        Captured wrong = run("verify", text, "--sha256", "0".repeat(64));
        assertEquals(ExitCode.CHECKSUM, wrong.code());
        assertTrue(wrong.err().contains("the SHA-256 is " + digest + ", not 000"), wrong.err());
        fails(ExitCode.USAGE, "--sha256 takes 64 hexadecimal digits", "verify", text, "--sha256", "12");
    }

    @Test
    void damagedFilesFailVerify() throws IOException {
        Path damaged = folder.resolve("damaged.gguf");
        byte[] bytes = Files.readAllBytes(text);
        // The last tensor is the head, in F16: its last number becomes infinite.
        bytes[bytes.length - 1] = 0x7C;
        bytes[bytes.length - 2] = 0;
        Files.write(damaged, bytes);
        Captured result = run("verify", damaged);
        assertEquals(ExitCode.MODEL, result.code());
        assertTrue(result.out().contains("tensor output.weight: 0 weights are NaN, 1 are infinite"), result.out());

        String all = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
        byte[] renamed = all.replace("blk.1.ffn_down.weight", "blk.9.ffn_down.weight")
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        Files.write(damaged, renamed);
        result = run("verify", damaged);
        assertEquals(ExitCode.MODEL, result.code());
        assertTrue(result.out().contains("tensor \"blk.1.ffn_down.weight\" is missing"), result.out());
        fails(
                ExitCode.MODEL,
                "it is no GGUF file",
                "verify",
                Files.writeString(damaged, "GGML and more than a few bytes"));
    }

    private record Sha256(Path file) {
        String hex() throws IOException {
            try {
                return java.util.HexFormat.of()
                        .formatHex(java.security.MessageDigest.getInstance("SHA-256")
                                .digest(Files.readAllBytes(file)));
            } catch (java.security.NoSuchAlgorithmException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static void fails(int code, String expected, Object... args) {
        Captured result = run(args);
        assertEquals(code, result.code(), result.err());
        assertTrue(result.err().contains(expected), result.err());
        assertEquals("", result.out());
    }

    private static Captured run(Object... args) {
        return Captured.run(Stream.of(args).map(Object::toString).toArray(String[]::new));
    }
}
