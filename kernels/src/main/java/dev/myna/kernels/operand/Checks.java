// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.operand;

import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Tensor;
import java.util.Locale;

/**
 * Checks that all devices make, once per operation. What does not fit is named in an {@link IllegalArgumentException}. Nothing is
 * allocated for operands that do fit.
 */
public final class Checks {
    private Checks() {}

    /** The exception for operands that do not fit. Callers test first, because an argument list would be allocated in any case. */
    public static IllegalArgumentException misfit(String message, Object... values) {
        return new IllegalArgumentException(String.format(Locale.ROOT, message, values));
    }

    /** A new buffer has rows and columns. */
    public static void requireSize(int rows, int width) {
        if (rows <= 0 || width <= 0) {
            throw misfit("buffer: rows and width must be positive, not %d x %d", rows, width);
        }
    }

    /** At least {@code n} rows. */
    public static void requireRows(Buffer buffer, String name, int n) {
        if (n < 0 || n > buffer.rows()) {
            throw misfit("%s: has %d rows, not %d", name, buffer.rows(), n);
        }
    }

    /** Rows of exactly {@code width} elements. */
    public static void requireWidth(Buffer buffer, String name, int width) {
        if (buffer.width() != width) {
            throw misfit("%s: width is %d, needed is %d", name, buffer.width(), width);
        }
    }

    /** Rows of heads of {@code dim} elements. */
    public static void requireHeads(Buffer rows, String name, int dim) {
        if (rows.width() % dim != 0) {
            throw misfit("%s: width %d is not a number of heads of dim %d", name, rows.width(), dim);
        }
    }

    /** Rows of whole stretches of {@code width} elements, the gain's. */
    public static int segments(Buffer rows, String name, int width) {
        if (width == 0 || rows.width() % width != 0) {
            throw misfit("%s: width %d is not a multiple of the gain's %d elements", name, rows.width(), width);
        }
        return rows.width() / width;
    }

    /** {@code width} elements in all. */
    public static void requireVector(Tensor tensor, String name, int width) {
        if (tensor.elements() != width) {
            throw misfitVector(tensor, name, width);
        }
    }

    /** The exception for a tensor that is not a vector of {@code width} elements. */
    public static IllegalArgumentException misfitVector(Tensor tensor, String name, int width) {
        return misfit("%s (%s): shape is %s, needed is [%d]", name, tensor.name(), tensor.shape(), width);
    }

    /** A 3x3 kernel per channel: [3, 3, C] or [3, 3, 1, C]. */
    public static void requireDepthwise(Tensor tensor, int channels) {
        boolean fits = tensor.shape().size() >= 3
                && tensor.shape().get(0) == 3
                && tensor.shape().get(1) == 3
                && tensor.elements() == 9L * channels;
        if (!fits) {
            throw misfit("weight (%s): shape is %s, needed is [3, 3, %d]", tensor.name(), tensor.shape(), channels);
        }
    }

    /** The rows of an image. */
    public static int gridRows(int height, int width) {
        if (height <= 0 || width <= 0) {
            throw misfit("grid %d x %d is empty", height, width);
        }
        return Math.multiplyExact(height, width);
    }

    /** An image that 2x2 pooling halves. */
    public static void requireEvenGrid(int height, int width) {
        if (height % 2 != 0 || width % 2 != 0) {
            throw misfit("grid %d x %d has an odd side", height, width);
        }
    }

    /** A step between pixels. */
    public static void requireStride(int stride) {
        if (stride <= 0) {
            throw misfit("stride must be positive, not %d", stride);
        }
    }

    /** Rows that a mean can be taken of. */
    public static void requireSome(int n) {
        if (n == 0) {
            throw misfit("in: the mean of %d rows does not exist", n);
        }
    }

    /** A layer that a cache has. */
    public static void requireLayer(KvCache.Shape shape, int layer) {
        if (layer < 0 || layer >= shape.layers()) {
            throw misfit("layer: %d is not one of %d", layer, shape.layers());
        }
    }

    /** The cache of a batch row has {@code heads} heads of {@code dim} elements. */
    public static void requireHeads(KvCache.Shape shape, int row, int heads, int dim) {
        if (shape.heads() != heads || shape.headDim() != dim) {
            throw misfit(
                    "batch row %d: cache has %d heads of width %d, needed are %d of %d",
                    row, shape.heads(), shape.headDim(), heads, dim);
        }
    }

    /** Keys as wide as the cache's. */
    public static void requireKeyWidth(KvCache.Shape shape, int width) {
        if (shape.width() != width) {
            throw misfit("keys: width is %d, the cache's is %d", width, shape.width());
        }
    }

    /** A window that contains at least the row's own position. */
    public static void requireWindow(int window) {
        if (window <= 0) {
            throw misfit("window must be positive, not %d", window);
        }
    }

    /** The exception for a batch row that may look at positions which are not stored. */
    public static IllegalArgumentException misfitPositions(Batch batch, int row, int first) {
        return misfit("batch row %d: positions %d to %d are not all stored", row, first, batch.blockLast(row));
    }

    /** Rows that divide into groups. */
    public static void requireGroups(int n, int group) {
        if (group <= 0 || n % group != 0) {
            throw misfit("%d rows are not a number of groups of %d", n, group);
        }
    }

    /** Ids that are rows of a table. */
    public static void requireIds(int[] ids, int offset, int n, int tableRows) {
        requireRange(offset, n, ids.length, "ids");
        for (int i = 0; i < n; i++) {
            int id = ids[offset + i];
            if (id < 0 || id >= tableRows) {
                throw misfit("ids: %d is not a row of a table of %d", id, tableRows);
            }
        }
    }

    /** Rows to add that are as wide as the buffer they are added to. */
    public static void requireAddend(int width, Buffer target) {
        if (width != target.width()) {
            throw misfit("rows: width %d, not %d", width, target.width());
        }
    }

    /** The elements of {@code n} rows, for which an array has room from {@code offset} on. */
    public static int elements(Buffer rows, int n, float[] array, int offset, String name) {
        int count = Math.multiplyExact(n, rows.width());
        requireRange(offset, count, array.length, name);
        return count;
    }

    /** A range of an array. */
    public static void requireRange(int offset, int count, int length, String name) {
        if (offset < 0 || count > length - offset) {
            throw misfit("%s: %d elements from %d exceed its length %d", name, count, offset, length);
        }
    }
}
