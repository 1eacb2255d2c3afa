// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script of a checkout, with a Java that only tells what it is asked to run. */
@DisabledOnOs(OS.WINDOWS)
class LauncherScriptTest {
    @TempDir
    Path temporary;

    private Path folder;
    private Path checkout;
    private Path java;

    @BeforeEach
    void fakeCheckout() throws IOException {
        folder = temporary.toRealPath();
        checkout = folder.resolve("a \"check\"out's ق\\folder");
        Files.createDirectories(checkout.resolve("cli/target"));
        Files.copy(Path.of("../myna"), checkout.resolve("myna"));
        Files.createFile(checkout.resolve("cli/target/myna.jar"));
        java = folder.resolve("jdk 25");
        Files.createDirectories(java.resolve("bin"));
        Files.writeString(java.resolve("release"), "JAVA_VERSION=\"25.0.3\"\n");
        Path program = Files.writeString(
                java.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"archive=${MYNA_AOT-}\" \"$@\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> run(Path working, String... command) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(List.of(command));
        whole.addAll(List.of("--image", "a b.png", ""));
        ProcessBuilder builder =
                new ProcessBuilder(whole).directory(working.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeAll(List.of("HOME", "MYNA_AOT", "JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"));
        builder.environment().put("MYNA_JAVA_HOME", java.toString());
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output.lines().toList();
    }

    private void assertFindsTheCheckout(Path working, String... command) throws IOException, InterruptedException {
        List<String> lines = run(working, command);
        int jar = lines.indexOf("-jar");
        assertTrue(jar > 0, lines.toString());
        assertEquals(
                List.of(checkout.resolve("cli/target/myna.jar").toString(), "--image", "a b.png", ""),
                lines.subList(jar + 1, lines.size()));
        assertEquals("archive=" + checkout.resolve("cli/target/myna-jdk 25.jsa"), lines.getFirst());
    }

    @Test
    void itIsFoundThroughLinksOfEveryKind() throws Exception {
        assertFindsTheCheckout(folder, checkout.resolve("myna").toString());
        assertFindsTheCheckout(checkout, "./myna");
        assertFindsTheCheckout(checkout.resolve("cli"), "../myna");
        assertFindsTheCheckout(checkout, "sh", "myna");
        Path bin = Files.createDirectories(folder.resolve("home/bin dir"));
        Path absolute = Files.createSymbolicLink(bin.resolve("myna"), checkout.resolve("myna"));
        assertFindsTheCheckout(folder, absolute.toString());
        Path relative = Files.createSymbolicLink(bin.resolve("m"), bin.relativize(checkout.resolve("myna")));
        assertFindsTheCheckout(folder, relative.toString());
        assertFindsTheCheckout(bin, "./m");
        Path chain = Files.createSymbolicLink(folder.resolve("chain"), Path.of("home/bin dir/myna"));
        assertFindsTheCheckout(folder, chain.toString());
        Path linkedFolder = Files.createSymbolicLink(folder.resolve("linked"), bin);
        assertFindsTheCheckout(folder, linkedFolder.resolve("m").toString());
        // The link's own ".." starts from the real folder.
        Path through = Files.createSymbolicLink(bin.resolve("up"), Path.of("../../chain"));
        assertFindsTheCheckout(
                folder, linkedFolder.resolve(through.getFileName()).toString());
        Path alias = Files.createSymbolicLink(folder.resolve("alias"), checkout);
        assertFindsTheCheckout(folder, alias.resolve("myna").toString());
    }

    /** So that the first answer of all has it. */
    @Test
    void theArchiveIsMadeRightAfterTheBuild() throws Exception {
        Files.delete(checkout.resolve("cli/target/myna.jar"));
        script(checkout.resolve("mvnw"), ": > cli/target/myna.jar");
        script(java.resolve("bin/javac"), "");
        Path log = folder.resolve("log");
        script(java.resolve("bin/java"), "echo \"$*\" >> '" + log + "'");
        run(folder, checkout.resolve("myna").toString());
        List<String> starts = Files.readAllLines(log);
        assertEquals(2, starts.size(), starts.toString());
        assertTrue(starts.getFirst().endsWith("myna.jar doctor --warm"), starts.toString());
        assertTrue(starts.getLast().endsWith("myna.jar --image a b.png "), starts.toString());
        run(folder, checkout.resolve("myna").toString());
        assertEquals(3, Files.readAllLines(log).size());
    }

    private static void script(Path file, String commands) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + commands + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void checkoutOfAnotherUserGetsNoArchive() throws Exception {
        Path target = checkout.resolve("cli/target");
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            // Root may write everywhere.
            if (Files.isWritable(target)) {
                return;
            }
            List<String> lines = run(folder, checkout.resolve("myna").toString());
            assertEquals("archive=", lines.getFirst());
            assertFalse(lines.contains("--add-modules=jdk.incubator.vector"), lines.toString());
        } finally {
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
