// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.contract;

/**
 * The arguments of kernels: 64 bits each, at offsets in bytes from the address that a kernel is called with. The caller provides
 * {@link #BYTES}; a kernel may write to those between its own arguments and {@link #SLOT}.
 */
public final class Arguments {
    /** Offset of the slot, to which a kernel copies the end of a row. */
    public static final int SLOT = 256;

    public static final int BYTES = 1024;

    private Arguments() {}

    /**
     * Kernels that read stored rows of weights: whole steps from the row, and the remainder from a zeroed slot that it is
     * copied to.
     */
    public static final class Rows {
        /** Address of the first row. */
        public static final int ROW = 0;
        /** Bytes from one row to the next. */
        public static final int ROW_BYTES = 8;

        /** Number of rows. */
        public static final int ROWS = 16;
        /** Whole steps in a row. */
        public static final int STEPS = 24;
        /** Stored bytes after the whole steps, or 0. */
        public static final int TAIL_BYTES = 32;
        /** Address of the slot for them. */
        public static final int TAIL_SLOT = 40;
        /** Offset of a kernel's further arguments. */
        public static final int OTHERS = 48;

        private Rows() {}
    }

    /** Mat-vec: stored weights times few activation rows. */
    public static final class MatVec {
        /** Address of the first activation row: its integers, or its f32. */
        public static final int QUANTS = Rows.OTHERS;

        /** Address of the scales of the first activation row. */
        public static final int SCALES = QUANTS + 8;
        /** Address of the sums of the first activation row. */
        public static final int SUMS = QUANTS + 16;
        /** Bytes from one activation row to the next. */
        public static final int COLUMN_BYTES = QUANTS + 24;

        public static final int OUT = QUANTS + 32;
        /** Bytes from one output row to the next. */
        public static final int OUT_BYTES = QUANTS + 40;

        private MatVec() {}
    }

    /** Expands stored weights to a panel. */
    public static final class Panel {
        public static final int PANEL = Rows.OTHERS;

        private Panel() {}
    }

    /** Multiplies tiles: panels of weights times packed activations. */
    public static final class Tiles {
        /** Address of the first tile's panel. */
        public static final int WEIGHTS = 0;
        /** Bytes from one tile's panel to the next. */
        public static final int WEIGHTS_BYTES = 8;

        /** Number of tiles. */
        public static final int TILES = 16;
        /** Address of the packed activations, the same for all tiles. */
        public static final int ACTIVATIONS = 24;
        /** Number of records of the inner dimension. */
        public static final int RECORDS = 32;
        /** Address of the sums, [tile][row][column] f32. */
        public static final int SUMS = 40;
        /** 0 to begin the sums, else to add to them. */
        public static final int CONTINUED = 48;

        private Tiles() {}
    }

    /**
     * Transposes a part of a band's sums, [weight row][activation row], to the output, [activation row][weight row], and adds a
     * bias. The part has at most as many activation rows as a vector has lanes, and at most {@link KernelWriters#storeRows}
     * weight rows.
     */
    public static final class Store {
        public static final int FROM = 0;
        /** Bytes from one weight row's sums to the next. */
        public static final int FROM_BYTES = 8;

        public static final int TO = 16;
        /** Bytes from one output row to the next. */
        public static final int TO_BYTES = 24;
        /** Number of activation rows, 1 to the lanes of a vector. */
        public static final int COLUMNS = 32;
        /** Number of weight rows. */
        public static final int ROWS = 40;
        /** Address of an f32 for each weight row, padded to whole vectors. */
        public static final int BIAS = 48;

        private Store() {}
    }

    /**
     * Rounds activations to int8, in blocks of 32: the largest magnitude of a block becomes 127, every element the nearest
     * integer (ties to even). For each group of 16 or 32 the kernel stores the scale and a number that {@link Rounding}
     * defines. A NaN or an infinity makes the scale NaN or infinite.
     */
    public static final class Quantize {
        public static final int FROM = 0;
        /** Number of blocks of 32. */
        public static final int BLOCKS = 8;

        /** Address of the rounded integers. */
        public static final int QUANTS = 16;
        /** Address of the scales, one f32 a group. */
        public static final int SCALES = 24;
        /** Address of the sums, one number a group. */
        public static final int SUMS = 32;
        /** Address of the masks, with {@link Rounding.Kind#SIGNS}. */
        public static final int MASKS = 40;

        private Quantize() {}
    }

    /** Reorders rounded activations in place for a mat-vec kernel. */
    public static final class Order {
        public static final int QUANTS = 0;
        /** Number of steps of 256. */
        public static final int COUNT = 8;

        private Order() {}
    }

    /** Packs as many rows as a vector has lanes, a square at a time: the writer defines how many bytes of each row that is. */
    public static final class Pack {
        public static final int FROM = 0;
        /** Bytes from one row to the next. */
        public static final int FROM_BYTES = 8;

        public static final int TO = 16;
        /** Number of squares. */
        public static final int SQUARES = 24;
        /** Bytes from the result of one square to that of the next. */
        public static final int SQUARE_BYTES = 32;

        private Pack() {}
    }

    /**
     * A tile of attention: {@code c[rows, columns] = a[rows, inner] . panel[inner, columns]} in f32, or {@code c +=}; columns
     * are two vectors. Sums always start from zero and are added to c at the end, so that fewer terms are added one after
     * another.
     */
    public static final class Attention {
        public static final int A = 0;
        /** Bytes from one row of a to the next. */
        public static final int A_BYTES = 8;

        public static final int PANEL = 16;
        public static final int INNER = 24;
        public static final int C = 32;
        /** Bytes from one row of c to the next. */
        public static final int C_BYTES = 40;
        /** 0 to overwrite c, else to add to it. */
        public static final int ADD = 48;
        /** Bytes of the arguments. */
        public static final int BYTES = 64;

        private Attention() {}
    }
}
