// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.Platform;
import dev.myna.kernels.asm.host.CodeBuffer;
import dev.myna.kernels.asm.host.Kernel;
import dev.myna.kernels.asm.host.RefusedException;
import dev.myna.kernels.asm.host.SystemFunctions;
import dev.myna.kernels.asm.x64.Convention;
import dev.myna.kernels.cpu.jit.contract.Arguments.Quantize;
import dev.myna.kernels.cpu.jit.contract.FloatTile;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.contract.KernelWriters;
import dev.myna.kernels.cpu.jit.contract.QuantTile;
import dev.myna.kernels.cpu.jit.contract.Rounding;
import dev.myna.kernels.cpu.jit.x64.X64Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kernels for both calling conventions, and memory that the system refuses. */
class ConventionTest {
    private static final int BLOCKS = 3;
    /** Every kernel is longer than this many bytes. */
    private static final int MIN_BYTES = 64;

    /**
     * Code for Windows takes its argument in rcx, which holds the fourth argument of System V. So it can be called on Linux, too.
     */
    @ParameterizedTest
    @EnumSource(value = Isa.class, mode = EnumSource.Mode.MATCH_ALL, names = "AVX.*")
    void codeForWindowsGivesTheSameResults(Isa isa) throws Throwable {
        List<Isa> sets = KernelMatMulTest.sets();
        dev.myna.testing.Machine.assume(sets.contains(isa) && !Platform.WINDOWS, isa + " does not run here");
        CodeBuffer memory = new CodeBuffer(new SystemFunctions());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocate(4L * 32 * BLOCKS);
            Random random = new Random(1);
            for (int i = 0; i < 32 * BLOCKS; i++) {
                in.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
            }
            MemorySegment expected = arena.allocate(64 * BLOCKS);
            memory.load(new X64Kernels(isa, Convention.SYSTEM_V).quantize(32, Rounding.SUMS))
                    .call(arguments(arena, in, expected).address());
            MemorySegment actual = arena.allocate(64 * BLOCKS);
            Kernel kernel = memory.load(new X64Kernels(isa, Convention.WINDOWS).quantize(32, Rounding.SUMS));
            Linker.nativeLinker()
                    .downcallHandle(
                            kernel.code(),
                            FunctionDescriptor.ofVoid(
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG))
                    .invokeExact(0L, 0L, 0L, arguments(arena, in, actual).address());
            assertArrayEquals(expected.toArray(ValueLayout.JAVA_BYTE), actual.toArray(ValueLayout.JAVA_BYTE));
            assertTrue(expected.mismatch(arena.allocate(64 * BLOCKS)) >= 0);
        }
    }

    private static MemorySegment arguments(Arena arena, MemorySegment in, MemorySegment out) {
        MemorySegment arguments = arena.allocate(64, 8);
        arguments.set(ValueLayout.JAVA_LONG, Quantize.FROM, in.address());
        arguments.set(ValueLayout.JAVA_LONG, Quantize.BLOCKS, BLOCKS);
        arguments.set(ValueLayout.JAVA_LONG, Quantize.QUANTS, out.address());
        arguments.set(ValueLayout.JAVA_LONG, Quantize.SCALES, out.address() + 32 * BLOCKS);
        arguments.set(ValueLayout.JAVA_LONG, Quantize.SUMS, out.address() + 36 * BLOCKS);
        return arguments;
    }

    /** The prologue pushes rbx, rbp, rdi, rsi and r12 to r15, stores xmm6 to xmm15, and reads rcx; the epilogue restores them. */
    @ParameterizedTest
    @EnumSource(value = Isa.class, mode = EnumSource.Mode.MATCH_ALL, names = "AVX.*")
    void codeForWindowsPreservesRegisters(Isa isa) {
        KernelWriters writers = new X64Kernels(isa, Convention.WINDOWS);
        for (TensorType type : TensorType.values()) {
            if (!FloatTile.reads(type)) {
                QuantTile tile = new QuantTile(isa, writers.group(type), QuantTile.MAX_VECTORS, false);
                String hex = HexFormat.of().formatHex(writers.panel(type, tile));
                assertTrue(hex.startsWith("5355575641544155415641574989cf4881eca0000000c5f8113424c5f8117c2410"));
                assertTrue(hex.contains("c57811bc2490000000"));
                assertTrue(hex.contains("c57810bc2490000000" + "4881c4a0000000" + "415f415e415d415c5e5f5d5bc3"));
            }
        }
    }

    @Test
    void codeForSystemVPreservesNoVectors() {
        String hex =
                HexFormat.of().formatHex(new X64Kernels(Isa.AVX2, Convention.SYSTEM_V).quantize(32, Rounding.SUMS));
        assertTrue(hex.startsWith("5355415441554156415749" + "89ff"), hex);
        assertTrue(hex.contains("c5f877" + "415f415e415d415c5d5bc3"), hex);
    }

    /** An empty mapping fails on every system, as a refused one does. */
    @Test
    void refusedMemoryThrowsRefusedException() throws RefusedException {
        dev.myna.testing.Machine.assume(!KernelMatMulTest.sets().isEmpty(), "no machine code runs here");
        CodeBuffer memory = new CodeBuffer(new SystemFunctions());
        assertEquals(
                "the operating system gives no memory",
                assertThrows(RefusedException.class, () -> memory.load(new byte[0]))
                        .getMessage());
    }

    @Test
    void everyKernelIsWrittenForEveryInstructionSet() {
        for (Isa isa : Isa.values()) {
            writesEveryKernel(Machine.writers(isa), isa);
        }
        for (Isa isa : List.of(Isa.AVX512_VNNI, Isa.AVX512, Isa.AVX2_VNNI, Isa.AVX2)) {
            writesEveryKernel(new X64Kernels(isa, Convention.WINDOWS), isa);
        }
    }

    private static void writesEveryKernel(KernelWriters writers, Isa isa) {
        for (TensorType type : TensorType.values()) {
            for (int columns = 1; columns <= isa.maxColumns(); columns++) {
                assertTrue(writers.matVec(type, columns).length > MIN_BYTES);
            }
            // Where mat-vec kernels serve more rows than a vector has lanes, no tile has one vector.
            int minVectors = 2 * isa.maxColumns() < isa.lanes() ? 1 : QuantTile.MAX_VECTORS;
            for (int vectors = minVectors; vectors <= QuantTile.MAX_VECTORS; vectors++) {
                if (FloatTile.reads(type)) {
                    FloatTile tile = new FloatTile(isa, vectors);
                    assertEquals(0, QuantTile.BAND % tile.rows());
                    assertTrue(writers.panel(type, tile).length > MIN_BYTES);
                    assertTrue(writers.tile(tile).length > MIN_BYTES);
                    assertTrue(writers.pack(tile).length > MIN_BYTES);
                } else {
                    QuantTile tile = new QuantTile(
                            isa,
                            writers.group(type),
                            vectors,
                            writers.rounding(type).signs());
                    assertEquals(0, QuantTile.BAND % tile.rows());
                    assertTrue(writers.panel(type, tile).length > MIN_BYTES);
                    assertTrue(writers.tile(type, tile).length > MIN_BYTES);
                    assertTrue(writers.quantize(tile.group(), Rounding.SUMS).length > MIN_BYTES);
                    assertTrue(writers.quantize(tile.group(), writers.rounding(type)).length > MIN_BYTES);
                    assertTrue(writers.pack(tile).length > MIN_BYTES);
                    assertTrue(writers.packScales(tile).length > MIN_BYTES);
                }
            }
        }
        assertTrue(writers.store().length > MIN_BYTES);
        for (int rows : new int[] {4, 6, writers.maxAttentionRows()}) {
            assertTrue(writers.attention(rows).length > MIN_BYTES);
        }
    }
}
