// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import dev.myna.kernels.TensorType;
import java.util.ArrayList;
import java.util.List;

/** How the matrices of a file are stored: what {@code --type} names and {@code general.file_type} says. */
sealed interface FileType permits FileType.Uniform, KMixture {

    /** The name on the command line and in file names. */
    String label();

    /** The value of {@code general.file_type}. */
    int id();

    /** The types of a decoder's matrices. */
    MatrixTypes matrices(TextShape shape);

    /** Every file type: the uniform ones, then the mixtures. */
    static List<FileType> all() {
        List<FileType> all = new ArrayList<>();
        for (TensorType type : TensorType.values()) {
            all.add(new Uniform(type));
        }
        all.addAll(List.of(KMixture.values()));
        return all;
    }

    /** Which type each matrix of a model has. */
    @FunctionalInterface
    interface MatrixTypes {
        TensorType of(String tensor);
    }

    /** Every matrix has the same type, the embedding table and the output head included. */
    record Uniform(TensorType type) implements FileType {
        @Override
        public String label() {
            return type.name();
        }

        @Override
        public MatrixTypes matrices(TextShape shape) {
            return tensor -> type;
        }

        @Override
        public int id() {
            return switch (type) {
                case F32 -> 0;
                case F16 -> 1;
                case Q4_0 -> 2;
                case Q4_1 -> 3;
                case Q8_0 -> 7;
                case Q5_0 -> 8;
                case Q5_1 -> 9;
                case Q2_K -> 10;
                case Q3_K -> 12;
                case Q4_K -> 15;
                case Q5_K -> 17;
                case Q6_K -> 18;
                case IQ4_NL -> 25;
                case IQ4_XS -> 30;
                case BF16 -> 32;
            };
        }

        @Override
        public String toString() {
            return label();
        }
    }
}
