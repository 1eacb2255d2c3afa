// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.terminal.ExitCode;
import dev.myna.testing.NeedsOpenCl;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The jar on an OpenCL device, and without one. */
class OpenClIT {
    /** Where the loader of OpenCL drivers looks for them: nowhere. */
    private static final Map<String, String> NO_DRIVER = Map.of("OCL_ICD_VENDORS", "/nonexistent");

    /** One for all tests: PoCL takes seconds to compile programs for keeping. */
    @TempDir
    static Path cache;

    @Test
    @DisabledOnOs({OS.WINDOWS, OS.MAC})
    void withoutADriverTheCpuTakesOverInOneLine() throws Exception {
        Captured result = Jar.started("-p", "Hello", "-n", "2", "--no-perf", "--device", "opencl")
                .env(NO_DRIVER)
                .run();
        assertEquals(0, result.code(), result.err());
        assertEquals(1, ours(result).count(), result.err());
        assertTrue(result.err().contains("myna: no OpenCL device: "), result.err());
        assertTrue(result.err().contains("; computing on the CPU"), result.err());
        assertTrue(Jar.started("doctor").env(NO_DRIVER).run().out().contains("no OpenCL device: "));
    }

    @Test
    @DisabledOnOs({OS.WINDOWS, OS.MAC})
    void namedDeviceIsUsedOrIsAnError() throws Exception {
        Captured result = Jar.started("-p", "Hello", "--device", "opencl:0")
                .env(NO_DRIVER)
                .run();
        assertEquals(ExitCode.ENVIRONMENT, result.code(), result.err());
        assertEquals(1, ours(result).count(), result.err());
        assertEquals("", result.out());
    }

    private static Stream<String> ours(Captured result) {
        return result.err().lines().filter(line -> line.startsWith("myna: "));
    }

    /** A cache folder of these tests, but for what PoCL keeps: it would compile everything anew. */
    private static Map<String, String> ownCache() {
        Path pocl = Path.of(System.getProperty("user.home"), ".cache", "pocl");
        return Map.of("XDG_CACHE_HOME", cache.toString(), "POCL_CACHE_DIR", pocl.toString());
    }

    @NeedsOpenCl
    @Test
    void answersOnTheDeviceAndKeepsItsPrograms() throws Exception {
        Map<String, String> env = ownCache();
        String cpu = Jar.started("-p", "Hello", "-n", "4").run().out();
        for (String[] layers : new String[][] {{"-ngl", "99"}, {"-ngl", "2"}}) {
            Captured result = Jar.started("-p", "Hello", "-n", "4", "-v", "--device", "opencl:0", layers[0], layers[1])
                    .env(env)
                    .run();
            assertEquals(0, result.code(), result.err());
            assertEquals(cpu, result.out());
            assertTrue(result.err().contains("device   opencl:0 "), result.err());
            assertTrue(result.err().contains(" on the device ("), result.err());
        }
        try (Stream<Path> programs = Files.list(cache.resolve("myna").resolve("opencl"))) {
            assertTrue(programs.allMatch(file -> file.toString().endsWith(".bin")));
        }
        assertTrue(Jar.started("--list-devices").run().out().lines().anyMatch(line -> line.startsWith("opencl:0 ")));
    }

    @NeedsOpenCl
    @Test
    void benchMeasuresTheDevice() throws Exception {
        Captured result = Jar.started(
                        "bench", "-p", "8", "-n", "4", "-r", "1", "--no-warmup", "--device", "opencl", "--roofline")
                .env(ownCache())
                .run();
        assertEquals(0, result.code(), result.err());
        assertTrue(result.out().contains("roofline of opencl:"), result.out());
        assertEquals(
                2,
                result.out().lines().filter(line -> line.contains("| OpenCL ")).count(),
                result.out());
    }
}
