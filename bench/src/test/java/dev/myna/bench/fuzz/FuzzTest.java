// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Readers of strangers' bytes end in a result or in their own exception. Every build reads the seeds and some mutations of them;
 * {@link #jazzer} looks for inputs that reach new code, {@code -Dmyna.fuzz.seconds=N} for each reader. What it finds becomes a
 * test beside the reader.
 */
class FuzzTest {
    private static final int MUTATIONS = 60;
    private static final long SEED = 20261130;
    private static final int SECONDS = Integer.getInteger("myna.fuzz.seconds", 10);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(FuzzTarget.class)
    void seedsAndMutationsEndInTypedExceptions(FuzzTarget target) throws IOException {
        Random random = new Random(SEED);
        List<byte[]> seeds = new FuzzSeeds(folder).of(target);
        assertFalse(seeds.isEmpty());
        for (byte[] seed : seeds) {
            assertEnds(target, seed);
            for (int i = 0; i < MUTATIONS; i++) {
                assertEnds(target, mutation(seed, random));
            }
        }
    }

    private static void assertEnds(FuzzTarget target, byte[] data) {
        try {
            assertTimeoutPreemptively(LIMIT, () -> target.run(data));
        } catch (AssertionError | RuntimeException e) {
            String hex = HexFormat.of().formatHex(data, 0, Math.min(data.length, 2000));
            throw new AssertionError(target + " of " + data.length + " bytes, seed " + SEED + ": " + hex, e);
        }
    }

    /** One to four bytes changed, or the end cut off, or a piece repeated. */
    private static byte[] mutation(byte[] seed, Random random) {
        byte[] data = seed.clone();
        // Headers are where sizes stand.
        int reach = random.nextBoolean() ? data.length : Math.min(data.length, 256);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(reach);
            data[at] = random.nextBoolean() ? (byte) random.nextInt(256) : (byte) (data[at] ^ 1 << random.nextInt(8));
        }
        return switch (random.nextInt(8)) {
            case 0 -> Arrays.copyOf(data, random.nextInt(data.length));
            case 1 -> {
                int from = random.nextInt(data.length);
                byte[] longer = Arrays.copyOf(data, data.length + Math.min(64, data.length - from));
                System.arraycopy(data, from, longer, data.length, longer.length - data.length);
                yield longer;
            }
            default -> data;
        };
    }

    @ParameterizedTest
    @EnumSource(FuzzTarget.class)
    @Tag("optional")
    @EnabledIfSystemProperty(
            named = "myna.fuzz.seconds",
            matches = "[1-9][0-9]*",
            disabledReason = "fuzzing takes time: set -Dmyna.fuzz.seconds=10")
    void jazzer(FuzzTarget target) throws Exception {
        Path corpus = Files.createDirectories(Path.of(
                System.getProperty("myna.fuzz.corpus", folder.resolve("corpus").toString()), target.name()));
        List<byte[]> seeds = new FuzzSeeds(folder).of(target);
        for (int i = 0; i < seeds.size(); i++) {
            Files.write(corpus.resolve("seed" + i), seeds.get(i));
        }
        Path artifacts = Files.createDirectories(Path.of("target/fuzz", target.name()));
        Path log = artifacts.resolve("log.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "--add-modules=jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.awt.headless=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + FuzzRunner.class.getName(),
                        "--target_args=" + target.name(),
                        "--instrumentation_includes=dev.myna.**",
                        "--reproducer_path=" + artifacts.toAbsolutePath(),
                        "-max_total_time=" + SECONDS,
                        // An image of 33 million pixels in 249 bytes takes half a second, and forty times that when
                        // instrumented.
                        "-timeout=120",
                        "-rss_limit_mb=4096",
                        "-max_len=65536",
                        "-artifact_prefix=" + artifacts.toAbsolutePath() + "/",
                        corpus.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        int code = process.waitFor();
        String text = Files.readString(log);
        List<String> found;
        try (Stream<Path> files = Files.list(artifacts)) {
            found = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("(crash|timeout|oom|slow)-.*"))
                    .toList();
        }
        assertEquals(
                0, code, () -> target + ": " + artifacts + "\n" + text.substring(Math.max(0, text.length() - 4000)));
        assertTrue(text.contains("Done "), text);
        assertEquals(
                List.of(),
                found.stream().filter(name -> !name.startsWith("slow")).toList());
    }
}
