// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.DeviceException;
import dev.myna.kernels.devices.Devices;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model says which kernels compute, and why they are not the fastest, whatever the JVM was started with. */
class KernelsFallbackTest {
    @TempDir
    Path folder;

    /** What a program on the class path prints about its model. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) {
            try (Model model = Myna.loadTextOnly(
                    Path.of(args[0]),
                    ModelOptions.builder()
                            .threads(1)
                            .kernels(CpuKernels.valueOf(args[1]))
                            .build())) {
                System.out.println(model.info().kernels());
                System.out.println(model.info().fallback().orElse("none"));
            } catch (DeviceException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private List<String> run(CpuKernels kernels, String... flags) throws IOException, InterruptedException {
        Path decoder = TinyModel.decoder().write(folder, "decoder.gguf");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(flags));
        command.addAll(
                List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(Program.class.getName(), decoder.toString(), kernels.name()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(false)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        assertEquals(0, process.exitValue(), output);
        return output.lines().toList();
    }

    @Test
    void withoutTheVectorModuleItIsScalarAndSaysWhatToAdd() throws Exception {
        List<String> lines = run(CpuKernels.JIT, "--enable-native-access=ALL-UNNAMED");
        assertEquals("scalar", lines.getFirst());
        assertEquals(
                "computing with scalar code, tens of times slower: module jdk.incubator.vector is absent; start java with"
                        + " --add-modules=jdk.incubator.vector",
                lines.getLast());
    }

    @Test
    void scalarThatWasAskedForIsNoFallback() throws Exception {
        assertEquals(List.of("scalar", "none"), run(CpuKernels.SCALAR));
    }

    /** A processor that no machine code is written for. */
    @Test
    void withoutMachineCodeItIsTheVectorApiAndSaysWhy() throws Exception {
        List<String> lines = run(CpuKernels.JIT, "--add-modules=jdk.incubator.vector", "-Dos.arch=riscv64");
        assertTrue(lines.getFirst().startsWith("Vector API, "), lines.toString());
        assertEquals(
                "computing with the " + lines.getFirst() + "; no machine code: none is written for riscv64",
                lines.getLast());
        assertEquals(
                "none",
                run(CpuKernels.VECTOR, "--add-modules=jdk.incubator.vector").getLast());
    }

    @Test
    void withoutNativeMemoryThereIsNoModelButASentence() throws Exception {
        List<String> lines = run(CpuKernels.JIT, "--illegal-native-access=deny");
        assertEquals(
                List.of("CPU: this JVM does not let Myna use native memory; start java with"
                        + " --enable-native-access=ALL-UNNAMED"),
                lines);
    }

    @Test
    void theFastestIsNoFallback() {
        Assumptions.assumeTrue(Devices.jitRefusal().isEmpty(), "no machine code runs here");
        Path decoder = TinyModel.decoder().write(folder, "decoder.gguf");
        try (Model model =
                Myna.loadTextOnly(decoder, ModelOptions.builder().threads(1).build())) {
            assertTrue(
                    model.info().kernels().startsWith("machine code for "),
                    model.info().kernels());
            assertEquals(Optional.empty(), model.info().fallback());
        }
    }
}
