// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.contract.QuantTile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The lengths of the kernels' inner loops. The kernels are written, not run, so this needs no Arm machine. */
class InstructionsTest {
    private static final int WEIGHTS = 256;

    /** The second number is that of ggml's kernel, counted by {@code bench/instructions}. */
    @ParameterizedTest
    @CsvSource({
        "Q4_0, 168", "Q4_1, 196", "Q5_0, 288", "Q5_1, 328", "Q8_0, 144", "Q2_K, 173",
        "Q3_K, 243", "Q4_K, 135", "Q5_K, 184", "Q6_K, 226", "IQ4_NL, 172", "IQ4_XS, 145"
    })
    void matVecTakesNoMoreInstructionsThanGgml(TensorType type, int ggml) {
        int ours = loop(new Arm64Kernels(Isa.NEON_DOTPROD).matVec(type, 1));
        assertTrue(ours <= ggml, type + ": " + ours + " instructions for " + WEIGHTS + " weights");
    }

    @ParameterizedTest
    @EnumSource(
            value = TensorType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"F32", "F16", "BF16"})
    void instructionsPerProductFallWithActivationRows(TensorType type) {
        for (Isa isa : new Isa[] {Isa.NEON_I8MM, Isa.NEON_DOTPROD, Isa.NEON}) {
            Arm64Kernels kernels = new Arm64Kernels(isa);
            double min = Double.MAX_VALUE;
            for (int columns = 1; columns <= isa.maxColumns(); columns++) {
                double perProduct = (double) loop(kernels.matVec(type, columns)) / (columns * WEIGHTS);
                assertTrue(perProduct < min, isa + ", " + columns + " activation rows: " + perProduct);
                min = perProduct;
            }
            QuantTile tile = new QuantTile(isa, kernels.group(type), QuantTile.MAX_VECTORS, false);
            double ofTile = (double) loop(kernels.tile(type, tile)) / (32 * tile.rows() * tile.columns());
            assertTrue(ofTile < min, isa + ", tile: " + ofTile);
        }
    }

    /** The number of instructions in the first loop: up to the first conditional branch backwards, from its target. */
    private static int loop(byte[] code) {
        ByteBuffer words = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < code.length; at += 4) {
            int word = words.getInt(at);
            boolean conditional = (word & 0xff000010) == 0x54000000;
            int distance = word << 8 >> 13;
            if (conditional && distance < 0) {
                return 1 - distance;
            }
        }
        throw new AssertionError("no loop");
    }
}
