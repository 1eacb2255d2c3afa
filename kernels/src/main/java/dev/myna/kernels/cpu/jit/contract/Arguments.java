// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.contract;

/**
 * Where kernels find their arguments: 64 bits each, as offsets in bytes from the address that a kernel is called with. {@link
 * #BYTES} belong to a kernel; it may change what lies between its own arguments and {@link #SLOT}.
 */
public final class Arguments {
    /** Where the copied end of a row begins. */
    public static final int SLOT = 256;

    public static final int BYTES = 1024;

    private Arguments() {}

    /** Kernels that go through stored rows of weights: a step at a time, the rest of a row by way of a slot of zeros. */
    public static final class Rows {
        public static final int ROW = 0;
        /** From row to row. */
        public static final int ROW_BYTES = 8;

        public static final int ROWS = 16;
        /** Whole steps of a row. */
        public static final int STEPS = 24;
        /** Stored bytes of what remains, perhaps none. */
        public static final int TAIL_BYTES = 32;
        /** Where they are to be copied. */
        public static final int TAIL_SLOT = 40;
        /** Where a kernel's own arguments begin. */
        public static final int OTHERS = 48;

        private Rows() {}
    }

    /** Stored weights times few activation rows. */
    public static final class MatVec {
        /** Of the first activation row: its integers, or its f32. */
        public static final int QUANTS = Rows.OTHERS;

        public static final int SCALES = QUANTS + 8;
        public static final int SUMS = QUANTS + 16;
        /** Bytes from one activation row to the next. */
        public static final int COLUMN_BYTES = QUANTS + 24;

        public static final int OUT = QUANTS + 32;
        /** Bytes from one output row to the next. */
        public static final int OUT_BYTES = QUANTS + 40;

        private MatVec() {}
    }

    /** Expands rows of weights. */
    public static final class Panel {
        public static final int PANEL = Rows.OTHERS;

        private Panel() {}
    }

    /** Expanded weights times packed activations. */
    public static final class Tiles {
        public static final int WEIGHTS = 0;
        /** Bytes from one tile's weights to the next. */
        public static final int WEIGHTS_BYTES = 8;

        public static final int TILES = 16;
        public static final int ACTIVATIONS = 24;
        public static final int RECORDS = 32;
        /** [tile][row][column] f32. */
        public static final int SUMS = 40;
        /** Whether there are sums already. */
        public static final int CONTINUED = 48;

        private Tiles() {}
    }

    /**
     * Writes a part of a band's sums, [weight row][activation row], to the output, [activation row][weight row], adding a bias.
     * The part is a vector's lanes of activation rows wide, or less, and has up to {@link KernelWriters#storeRows} weight rows.
     */
    public static final class Store {
        public static final int FROM = 0;
        /** Bytes from one weight row's sums to the next. */
        public static final int FROM_BYTES = 8;

        public static final int TO = 16;
        public static final int TO_BYTES = 24;
        /** Activation rows, 1 to a vector's lanes. */
        public static final int COLUMNS = 32;
        /** Weight rows. */
        public static final int ROWS = 40;
        /** An f32 for each weight row, and as many more as make whole vectors. */
        public static final int BIAS = 48;

        private Store() {}
    }

    /**
     * Rounds activations to int8: of 32 neighbours the largest magnitude becomes 127, the others the nearest integers (ties to
     * even). For every group of 16 or 32 it stores the scale and what {@link Rounding} says. NaN and infinity make the
     * scale NaN or infinite.
     */
    public static final class Quantize {
        public static final int FROM = 0;
        /** Blocks of 32. */
        public static final int BLOCKS = 8;

        public static final int QUANTS = 16;
        public static final int SCALES = 24;
        public static final int SUMS = 32;
        /** Where masks go, if there are signs. */
        public static final int MASKS = 40;

        private Quantize() {}
    }

    /** Arranges rounded activations for the kernel of stored weights, where they are. */
    public static final class Order {
        public static final int QUANTS = 0;
        /** How many steps of 256. */
        public static final int COUNT = 8;

        private Order() {}
    }

    /** Turns (or joins) a vector's lanes of rows, a square at a time: so many bytes of each as the kind of packing says. */
    public static final class Pack {
        public static final int FROM = 0;
        /** Bytes from row to row. */
        public static final int FROM_BYTES = 8;

        public static final int TO = 16;
        public static final int SQUARES = 24;
        /** Bytes from the results of one square to the next. */
        public static final int SQUARE_BYTES = 32;

        private Pack() {}
    }

    /**
     * The two products of attention, {@code c[rows, columns] = a[rows, inner] . panel[inner, columns]} in f32, added to c or not;
     * columns are two vectors. Sums start from zero either way, so that they stay short.
     */
    public static final class Attention {
        public static final int A = 0;
        /** Bytes from row to row of a. */
        public static final int A_BYTES = 8;

        public static final int PANEL = 16;
        public static final int INNER = 24;
        public static final int C = 32;
        public static final int C_BYTES = 40;
        public static final int ADD = 48;
        /** Bytes of the arguments. */
        public static final int BYTES = 64;

        private Attention() {}
    }
}
