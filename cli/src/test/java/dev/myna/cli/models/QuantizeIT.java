// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Jar;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Quantizations that do not come to their end. */
@DisabledOnOs(OS.WINDOWS)
class QuantizeIT {
    private static final int WIDTH = 4096;
    private static final int ROWS = 16384;

    @TempDir
    Path folder;

    private Path in;
    private Path out;

    @BeforeEach
    void writeAFileThatTakesAWhile() throws IOException {
        in = folder.resolve("in.gguf");
        out = folder.resolve("out.gguf");
        ByteBuffer row = ByteBuffer.allocate(2 * WIDTH).order(ByteOrder.LITTLE_ENDIAN);
        Random random = new Random(3);
        while (row.hasRemaining()) {
            row.putShort(Float.floatToFloat16((float) random.nextGaussian()));
        }
        try (GgufWriter writer = new GgufWriter(in)) {
            writer.string("general.architecture", "llama")
                    .u32("llama.block_count", 1)
                    .u32("llama.attention.head_count", 32)
                    .tensor("blk.0.ffn_up.weight", TensorType.F16, WIDTH, ROWS)
                    .data("blk.0.ffn_up.weight", channel -> {
                        for (int i = 0; i < ROWS; i++) {
                            channel.write(row.rewind());
                        }
                    })
                    .finish();
        }
    }

    @Test
    void anInterruptedQuantizationCleansUp() throws Exception {
        Process process = quantize().interruptible().start();
        CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> Jar.text(process.getErrorStream()));
        awaitOutput(process);
        Jar.interrupt(process);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(ExitCode.INTERRUPTED, process.exitValue(), err.join());
        assertFalse(err.join().contains("Exception"), err.join());
        assertEquals(List.of("in.gguf"), files());
    }

    @Test
    void aKilledQuantizationLeavesNothingThatLooksComplete() throws Exception {
        Process process = quantize().start();
        awaitOutput(process);
        process.destroyForcibly().waitFor();
        assertFalse(Files.exists(out));
        assertTrue(files().stream().allMatch(name -> name.equals("in.gguf") || name.startsWith(".")), "" + files());
    }

    @Test
    void aFullDiskIsOneLineAndLeavesNoPartOfAFile() throws Exception {
        Files.writeString(out, "what was there before");
        Process process = Jar.started("quantize", in.toString(), out.toString(), "q8_0", "--force")
                .fileLimit(10000)
                .start();
        process.getOutputStream().close();
        String err = Jar.text(process.getErrorStream());
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(ExitCode.ENVIRONMENT, process.exitValue(), err);
        assertTrue(err.contains("myna: " + out + ": cannot be written: "), err);
        assertFalse(err.contains("Exception"), err);
        assertEquals(List.of("in.gguf", "out.gguf"), files());
        assertEquals("what was there before", Files.readString(out));
    }

    /** One thread and the slowest search. */
    private Jar quantize() {
        return Jar.started("quantize", in.toString(), out.toString(), "iq4_xs", "-t", "1");
    }

    /** Waits until the file is being written. */
    private void awaitOutput(Process process) throws Exception {
        while (files().stream().noneMatch(name -> name.startsWith(".out.gguf"))) {
            assertTrue(process.isAlive(), "it ended before it could be stopped");
            Thread.sleep(2);
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
