// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.devices.Devices;
import dev.myna.testing.Machine;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whoever listens hears of all machine code, where it lies and what it is. */
class CodeListenerTest {
    private static final int WIDTH = 256;
    private static final int ROWS = 48;

    /** What was heard. */
    private record Piece(String name, MemorySegment code) {
        long end() {
            return code.address() + code.byteSize();
        }
    }

    private final List<Piece> heard = new ArrayList<>();

    private Device open(CpuKernels kernels) {
        return Devices.cpu(1, kernels, (name, code) -> heard.add(new Piece(name, code)));
    }

    private Device openMachineCode() {
        Machine.assume(Devices.jitRefusal().isEmpty(), "no machine code runs here");
        return open(CpuKernels.JIT);
    }

    private static void multiply(Device device, TensorType type, int n) {
        try (Arena arena = Arena.ofConfined()) {
            Weight weight = device.load(RandomWeights.tensor(arena, type, WIDTH, ROWS, new Random(1)));
            device.matrices()
                    .matmul(new Linear(weight), device.allocate(arena, n, WIDTH), device.allocate(arena, n, ROWS), n);
        }
    }

    private List<String> names() {
        return heard.stream().map(Piece::name).toList();
    }

    @Test
    void kernelsAreNamedWhenTheyAreFirstNeeded() {
        try (Device device = openMachineCode()) {
            String set = device.kernels().replaceFirst("machine code for ", "");
            int before = heard.size();
            assertFalse(names().toString().contains("matvec"), names().toString());
            multiply(device, TensorType.Q4_K, 1);
            assertTrue(names().contains("matvec Q4_K x1 [" + set + "]"), names().toString());
            assertTrue(names().get(before).endsWith("[" + set + "]"), names().toString());
            int known = heard.size();
            multiply(device, TensorType.Q4_K, 1);
            assertEquals(known, heard.size(), "nothing is assembled twice");
            multiply(device, TensorType.Q4_K, 200);
            multiply(device, TensorType.F16, 200);
            assertTrue(names().stream().anyMatch(name -> name.matches("panel Q4_K \\d+x\\d+ g32 .*")));
            assertTrue(names().stream().anyMatch(name -> name.matches("panel F16 \\d+x\\d+ f32 .*")));
            assertEquals(heard.size(), names().stream().distinct().count(), names().toString());
        }
    }

    /** An address leads to one name only, also when the device is closed: profiles are read afterwards. */
    @Test
    void codeStaysAtItsAddress() {
        try (Device device = openMachineCode()) {
            for (TensorType type : TensorType.values()) {
                multiply(device, type, 1);
            }
        }
        List<byte[]> bytes = heard.stream()
                .map(piece -> piece.code().toArray(ValueLayout.JAVA_BYTE))
                .toList();
        System.gc();
        try (Device device = openMachineCode()) {
            for (TensorType type : TensorType.values()) {
                multiply(device, type, 1);
            }
        }
        for (int i = 0; i < bytes.size(); i++) {
            assertEquals(
                    -1,
                    MemorySegment.ofArray(bytes.get(i)).mismatch(heard.get(i).code()),
                    heard.get(i).name());
        }
        List<Piece> byAddress = heard.stream()
                .sorted((a, b) ->
                        Long.compareUnsigned(a.code().address(), b.code().address()))
                .toList();
        IntStream.range(1, byAddress.size())
                .forEach(i -> assertTrue(
                        byAddress.get(i - 1).end() <= byAddress.get(i).code().address(),
                        byAddress.get(i - 1) + " and " + byAddress.get(i)));
    }

    @Test
    void codeCanBeReadButNotWritten() {
        try (Device device = openMachineCode()) {
            multiply(device, TensorType.Q8_0, 1);
            MemorySegment code = heard.getLast().code();
            assertTrue(code.byteSize() > 16);
            assertThrows(IllegalArgumentException.class, () -> code.set(ValueLayout.JAVA_BYTE, 0, (byte) 0));
        }
    }

    @Test
    void vectorDevicesReportNoCode() {
        try (Device device = open(CpuKernels.VECTOR)) {
            multiply(device, TensorType.Q4_K, 1);
        }
        assertEquals(List.of(), heard);
    }
}
