// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.kernels.devices.Devices;
import dev.myna.testing.Machine;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machine code for a disassembler. */
class CodeDumpTest {
    @TempDir
    Path folder;

    private static MemorySegment code(int... bytes) {
        byte[] code = new byte[bytes.length];
        for (int i = 0; i < code.length; i++) {
            code[i] = (byte) bytes[i];
        }
        return MemorySegment.ofArray(code);
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void eachKernelHasAFileAndACommand() throws IOException {
        Path to = folder.resolve("new");
        CodeDump dump = CodeDump.into(to, "amd64");
        dump.assembled("matvec Q4_K x1 [AVX-512 VNNI]", code(0xC5, 0xF8, 0x77, 0xC3));
        dump.assembled("store [AVX2]", code(0xC3));
        dump.assembled("store [AVX2]", code(0xC3));
        dump.assembled("store [AVX2]", code(0x90, 0xC3));
        String line = dump.write();
        assertEquals(
                List.of("matvec-Q4_K-x1-AVX-512-VNNI.bin", "objdump.sh", "store-AVX2-2.bin", "store-AVX2.bin"),
                files(to));
        assertArrayEquals(
                new byte[] {(byte) 0xC5, (byte) 0xF8, 0x77, (byte) 0xC3},
                Files.readAllBytes(to.resolve("matvec-Q4_K-x1-AVX-512-VNNI.bin")));
        String command = "objdump -D -b binary -m i386:x86-64 -M intel ";
        assertEquals(
                List.of(
                        command + "matvec-Q4_K-x1-AVX-512-VNNI.bin  # matvec Q4_K x1 [AVX-512 VNNI], 4 bytes",
                        command + "store-AVX2.bin  # store [AVX2], 1 bytes",
                        command + "store-AVX2-2.bin  # store [AVX2] 2, 2 bytes"),
                Files.readAllLines(to.resolve("objdump.sh")));
        assertEquals(
                "3 kernels in " + to + "; its objdump.sh has a command for each, such as: " + command
                        + to.resolve("store-AVX2-2.bin"),
                line);
    }

    @Test
    void arm64HasItsOwnObjdumpCommand() throws IOException {
        CodeDump dump = CodeDump.into(folder, "aarch64");
        dump.assembled("store [NEON]", code(0xC0, 0x03, 0x5F, 0xD6));
        String line = dump.write();
        assertTrue(
                line.endsWith("aarch64-linux-gnu-objdump -D -b binary -m aarch64 " + folder.resolve("store-NEON.bin")),
                line);
    }

    @Test
    void aFolderInUseIsRefusedBeforeAnythingIsMeasured() throws IOException {
        Files.writeString(folder.resolve("mine"), "x");
        Captured result = Captured.run("bench", "-p", "8", "-n", "0", "--dump-code", folder.toString());
        assertEquals(ExitCode.USAGE, result.code());
        assertEquals(
                "myna: " + folder + " is not empty: name a new folder for --dump-code",
                result.err().strip());
        assertEquals("", result.out());
        assertEquals(List.of("mine"), files(folder));
        Captured file = Captured.run(
                "bench",
                "-p",
                "8",
                "-n",
                "0",
                "--dump-code",
                folder.resolve("mine").toString());
        assertEquals(ExitCode.ENVIRONMENT, file.code(), file.err());
        assertEquals(1, file.err().lines().count(), file.err());
    }

    @Test
    void benchWritesWhatRan() throws IOException {
        Machine.assume(Devices.jitRefusal().isEmpty(), "no machine code runs here");
        Captured result = bench("jit");
        assertEquals(ExitCode.OK, result.code(), result.err());
        List<String> files = files(folder);
        assertTrue(files.stream().anyMatch(name -> name.startsWith("matvec-Q8_0-x1-")), files.toString());
        assertEquals(
                files.size() - 1,
                Files.readAllLines(folder.resolve("objdump.sh")).size());
        assertTrue(result.err().lines().toList().getLast().contains(files.size() - 1 + " kernels in "), result.err());
        assertFalse(result.out().contains("objdump"), result.out());
    }

    @Test
    void benchSaysIfThereIsNothingToWrite() throws IOException {
        Captured result = bench("vector");
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertEquals(
                "myna: --dump-code: no machine code has run, so " + folder + " stays empty",
                result.err().lines().toList().getLast());
        assertEquals(List.of(), files(folder));
    }

    private Captured bench(String kernels) {
        return Captured.run(
                "bench",
                "-p",
                "8",
                "-n",
                "1",
                "-r",
                "1",
                "--no-warmup",
                "--kernels",
                kernels,
                "--dump-code",
                folder.toString());
    }
}
