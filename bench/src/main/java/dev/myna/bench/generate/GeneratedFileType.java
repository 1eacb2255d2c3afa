// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.quantize.DecoderTypes;
import java.util.ArrayList;
import java.util.List;

/** How the matrices of a file are stored: what {@code --type} names and {@code general.file_type} says. */
public sealed interface GeneratedFileType {

    /** The name on the command line and in file names. */
    String label();

    /** The value of {@code general.file_type}. */
    int id();

    /** The types of a decoder's matrices. */
    MatrixTypes matrices(TextShape shape);

    /** Every file type: the uniform ones, then the mixtures. */
    static List<GeneratedFileType> all() {
        List<GeneratedFileType> all = new ArrayList<>();
        for (TensorType type : TensorType.values()) {
            all.add(new Uniform(type));
        }
        for (FileType type : FileType.values()) {
            if (type.name().matches(".*_[SML]")) {
                all.add(new Mixture(type));
            }
        }
        return all;
    }

    /** Which type each matrix of a model has. */
    @FunctionalInterface
    interface MatrixTypes {
        /** @param width elements per row */
        TensorType of(String tensor, long width);
    }

    /**
     * Every matrix has the same type, the embedding table and the output head included, but those whose rows are no whole number of its
     * blocks: they have the next best.
     */
    record Uniform(TensorType type) implements GeneratedFileType {
        @Override
        public String label() {
            return type.name();
        }

        @Override
        public MatrixTypes matrices(TextShape shape) {
            return (tensor, width) -> DecoderTypes.fitting(type, width);
        }

        @Override
        public int id() {
            return FileType.byName(type.name()).orElseThrow().id();
        }

        @Override
        public String toString() {
            return label();
        }
    }

    /** What quantizing to a type of several formats gives. */
    record Mixture(FileType type) implements GeneratedFileType {
        @Override
        public String label() {
            return type.name();
        }

        @Override
        public int id() {
            return type.id();
        }

        @Override
        public MatrixTypes matrices(TextShape shape) {
            return new DecoderTypes(type, shape.layers(), shape.heads(), shape.kvHeads(), shape.hasOwnOutput(), false)
                    ::of;
        }

        @Override
        public String toString() {
            return label();
        }
    }
}
