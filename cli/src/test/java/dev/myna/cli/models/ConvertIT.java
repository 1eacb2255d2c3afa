// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.Jar;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Conversions that do not come to their end. */
@DisabledOnOs(OS.WINDOWS)
class ConvertIT {
    private static final int FEED_FORWARD = 1 << 20;

    @TempDir
    Path folder;

    private Path source;
    private Path out;

    @BeforeEach
    void writeACheckpointThatTakesAWhile() throws IOException {
        TinyCheckpoint checkpoint = TinyCheckpoint.palo().config("intermediate_size", FEED_FORWARD);
        for (int i = 0; i < 2; i++) {
            String layer = "model.layers." + i + ".mlp.";
            checkpoint.zeros(layer + "gate_proj.weight", FEED_FORWARD, 64);
            checkpoint.zeros(layer + "up_proj.weight", FEED_FORWARD, 64);
            checkpoint.zeros(layer + "down_proj.weight", 64, FEED_FORWARD);
        }
        source = checkpoint.write(folder.resolve("tiny"));
        out = Files.createDirectory(folder.resolve("out"));
    }

    @Test
    void anInterruptedConversionCleansUp() throws Exception {
        Process process = convert().interruptible().start();
        CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> Jar.text(process.getErrorStream()));
        awaitTextFile(process);
        Jar.interrupt(process);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(ExitCode.INTERRUPTED, process.exitValue(), err.join());
        assertFalse(err.join().contains("Exception"), err.join());
        assertEquals(List.of("tiny-mmproj-f16.gguf"), files());
    }

    @Test
    void aKilledConversionLeavesNothingThatLooksCompleteAndCanBeResumed() throws Exception {
        Process process = convert().start();
        awaitTextFile(process);
        process.destroyForcibly().waitFor();
        List<String> left = files();
        assertTrue(left.stream().noneMatch("tiny-f16.gguf"::equals), left.toString());
        Captured resumed = Jar.started("convert", source.toString(), "-o", out.toString(), "--resume")
                .run();
        assertEquals(0, resumed.code(), resumed.err());
        assertTrue(resumed.err().contains("tiny-mmproj-f16.gguf is complete: kept"), resumed.err());
        Captured card =
                Jar.started("inspect", out.resolve("tiny-f16.gguf").toString()).run();
        assertEquals(0, card.code(), card.err());
    }

    @Test
    void aFullDiskIsOneLineAndLeavesNoPartOfAFile() throws Exception {
        Process process = convert().fileLimit(100000).start();
        process.getOutputStream().close();
        String err = Jar.text(process.getErrorStream());
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(ExitCode.ENVIRONMENT, process.exitValue(), err);
        assertTrue(err.contains("myna: " + out.resolve("tiny-f16.gguf") + ": cannot be written: "), err);
        assertFalse(err.contains("Exception"), err);
        assertEquals(List.of("tiny-mmproj-f16.gguf"), files());
    }

    private Jar convert() {
        return Jar.started("convert", source.toString(), "-o", out.toString());
    }

    /** Waits until the second file, the decoder's, is being written. */
    private void awaitTextFile(Process process) throws Exception {
        while (files().stream().noneMatch(name -> name.startsWith(".tiny-f16"))) {
            assertTrue(process.isAlive(), "the conversion ended before it could be stopped");
            Thread.sleep(2);
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(out)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
