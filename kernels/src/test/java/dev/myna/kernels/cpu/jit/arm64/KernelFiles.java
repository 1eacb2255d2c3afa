// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.jit.contract.FloatTile;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.contract.QuantTile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the machine code of quantized matmuls to files, for {@code bench/instructions}; runs on any machine. */
final class KernelFiles {
    private KernelFiles() {}

    /** @param arguments the folder for files named KERNEL-TYPE-ISA */
    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        for (Isa isa : Isa.values()) {
            if (isa.architecture() != Isa.Architecture.ARM64) {
                continue;
            }
            Arm64Kernels kernels = new Arm64Kernels(isa);
            for (TensorType type : TensorType.values()) {
                if (FloatTile.reads(type)) {
                    continue;
                }
                String name = "-" + type + "-" + isa;
                Files.write(folder.resolve("matvec" + name), kernels.matVec(type, 1));
                Files.write(folder.resolve("matvec4" + name), kernels.matVec(type, 4));
                QuantTile tile = new QuantTile(isa, kernels.group(type), QuantTile.MAX_VECTORS, false);
                Files.write(folder.resolve("tile" + name), kernels.tile(type, tile));
            }
        }
    }
}
