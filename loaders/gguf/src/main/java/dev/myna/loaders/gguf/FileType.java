// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import dev.myna.kernels.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Quantization recipes of llama.cpp, with its names and numbers ({@code general.file_type}): one format for most matrices,
 * others for some.
 */
public enum FileType {
    F32(0, TensorType.F32),
    F16(1, TensorType.F16),
    BF16(32, TensorType.BF16),
    Q8_0(7, TensorType.Q8_0),
    Q4_0(2, TensorType.Q4_0),
    Q4_1(3, TensorType.Q4_1),
    Q5_0(8, TensorType.Q5_0),
    Q5_1(9, TensorType.Q5_1),
    Q2_K(10, TensorType.Q2_K),
    Q2_K_S(21, TensorType.Q2_K),
    Q3_K_S(11, TensorType.Q3_K),
    Q3_K_M(12, TensorType.Q3_K, "Q3_K"),
    Q3_K_L(13, TensorType.Q3_K),
    Q4_K_S(14, TensorType.Q4_K),
    Q4_K_M(15, TensorType.Q4_K, "Q4_K"),
    Q5_K_S(16, TensorType.Q5_K),
    Q5_K_M(17, TensorType.Q5_K, "Q5_K"),
    Q6_K(18, TensorType.Q6_K),
    IQ4_NL(25, TensorType.IQ4_NL),
    IQ4_XS(30, TensorType.IQ4_XS);

    private final int id;
    private final TensorType base;
    private final List<String> aliases;

    FileType(int id, TensorType base, String... aliases) {
        this.id = id;
        this.base = base;
        this.aliases = List.of(aliases);
    }

    /** The value of {@code general.file_type}. */
    public int id() {
        return id;
    }

    /** The format of most matrices. */
    public TensorType base() {
        return base;
    }

    /** Whether the format of most matrices holds weights in blocks. */
    public boolean blocks() {
        return base.blockSize() > 1;
    }

    /** The file type of a number. */
    public static Optional<FileType> byId(int id) {
        return Arrays.stream(values()).filter(type -> type.id == id).findFirst();
    }

    /** The file type of a name, in capital or small letters; {@code Q4_K} means {@code Q4_K_M}. */
    public static Optional<FileType> byName(String name) {
        return Arrays.stream(values())
                .filter(type -> type.name().equalsIgnoreCase(name)
                        || type.aliases.stream().anyMatch(name::equalsIgnoreCase))
                .findFirst();
    }
}
