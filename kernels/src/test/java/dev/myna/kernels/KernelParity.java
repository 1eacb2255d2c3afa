// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.quantize.Quantize;
import dev.myna.testing.Thorough;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every operation of a device equals the scalar reference, over odd and even sizes. Operands are standard normal, from a fixed
 * seed; tolerances follow from the size of the exact result's terms. Subclasses say which devices.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class KernelParity {
    private static final int[] SIZES = {1, 3, 4, 7, 8, 13, 16, 31, 33, 63, 64, 65, 127, 256, 257, 1023, 1041};
    private static final int[] ROWS = {1, 2, 3, 4, 5, 8, 13, 65};
    private static final int[] HEAD_DIMS = {2, 33, 64, 80, 96};
    /** One rounding of an f32, relative. */
    private static final double EPS = 0x1p-24;

    private ParityDevices both;

    /** The devices under test. */
    protected abstract ParityDevices devices();

    /** Head dims to try with keys and values of different types. */
    protected int[] mixedDims() {
        return HEAD_DIMS;
    }

    @BeforeAll
    void open() {
        both = devices();
    }

    @AfterAll
    void close() {
        if (both != null) {
            both.close();
        }
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void matmulOfEveryType(TensorType type) {
        int[] widths = type.blockSize() == 1 ? SIZES : new int[] {1, 2, 3, 5, 9};
        for (int size : widths) {
            int k = size * type.blockSize();
            for (int m : new int[] {1, 3, 8, 67}) {
                for (int n : new int[] {1, 2, 4, 7, 17}) {
                    double tolerance = 16 * EPS * k * magnitude(type);
                    both.assertExactClose("k " + k + ", m " + m + ", n " + n, tolerance, side -> {
                        Buffer out = side.zeros(n, m);
                        side.device()
                                .matrices()
                                .matmul(
                                        new Linear(
                                                side.weight(type, k, m),
                                                n % 2 == 0 ? null : side.weight(TensorType.F32, m, 1)),
                                        side.rows(n, k),
                                        out,
                                        n);
                        return out;
                    });
                }
            }
        }
    }

    /** More weight rows and activation rows than any tile has. */
    @ParameterizedTest
    @EnumSource(TensorType.class)
    void matmulOfSeveralTiles(TensorType type) {
        int k = type.blockSize() == 1 ? 77 : 2 * type.blockSize();
        both.assertExactClose("several tiles", 16 * EPS * k * magnitude(type), side -> {
            Buffer out = side.zeros(70, 150);
            side.device()
                    .matrices()
                    .matmul(
                            new Linear(side.weight(type, k, 150), side.weight(TensorType.F32, 150, 1)),
                            side.rows(70, k),
                            out,
                            70);
            return out;
        });
    }

    /** A product added to the residual stream, and one that ends SwiGLU. */
    @Test
    void matmulAddAndGatedMatmulEqualTheirParts() {
        for (int n : new int[] {1, 3, 9, 20, 70}) {
            both.assertClose("residual, n " + n, 32 * EPS * 64, side -> {
                Buffer x = side.rows(n, 33);
                side.device()
                        .matrices()
                        .matmulAdd(
                                new Linear(side.weight(TensorType.F32, 61, 33), side.weight(TensorType.F32, 33, 1)),
                                side.rows(n, 61),
                                x,
                                n);
                return x;
            });
            for (Activation f : Activation.values()) {
                both.assertClose("gate " + f + ", n " + n, 32 * EPS * 64, side -> {
                    Buffer gate = side.rows(n, 33);
                    side.device()
                            .matrices()
                            .gatedMatmul(f, new Linear(side.weight(TensorType.F32, 61, 33)), side.rows(n, 61), gate, n);
                    return gate;
                });
            }
        }
    }

    /** Root mean square of random blocks' elements. */
    private static double magnitude(TensorType type) {
        if (type.blockSize() == 1) {
            return 1;
        }
        int count = 4096;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment blocks =
                    RandomWeights.tensor(arena, type, count, 1, new Random(3)).data();
            MemorySegment floats = arena.allocate(4L * count, 4);
            Quantize.dequantize(type, blocks, floats, 1, count, 1);
            double squares = 0;
            for (int i = 0; i < count; i++) {
                double value = floats.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                squares += value * value;
            }
            return Math.sqrt(squares / count);
        }
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void embedIsExact(TensorType type) {
        int width = 3 * type.blockSize();
        both.assertClose("width " + width, 0, side -> {
            Buffer out = side.zeros(4, width);
            side.device().matrices().embed(side.weight(type, width, 9), new int[] {-1, 8, 0, 3, 3}, 1, out, 4);
            return out;
        });
    }

    @Test
    void matmulTransposed() {
        for (int k : SIZES) {
            for (int n : new int[] {1, 5}) {
                both.assertClose("k " + k, 16 * EPS * k, side -> {
                    Buffer out = side.zeros(n, 9);
                    side.device().matrices().matmulTransposed(side.rows(n, k), side.rows(9, k), out, n);
                    return out;
                });
            }
        }
    }

    @Test
    void norms() {
        for (int width : SIZES) {
            for (int n : ROWS) {
                both.assertClose("rms width " + width, 32 * EPS * 4, side -> {
                    Buffer x = side.rows(n, width);
                    side.device().norms().rmsNorm(new Norm(side.weight(TensorType.F32, width, 1), 1e-5f), x, x, n);
                    return x;
                });
                if (width > 1) {
                    both.assertClose("layer width " + width, 64 * EPS * 4, side -> {
                        Buffer out = side.zeros(n, width);
                        side.device()
                                .norms()
                                .layerNorm(
                                        new Norm(
                                                side.weight(TensorType.F16, width, 1),
                                                side.weight(TensorType.F32, width, 1),
                                                1e-5f),
                                        side.rows(n, width),
                                        out,
                                        n);
                        return out;
                    });
                }
            }
        }
    }

    /** The heads of queries and keys are normed each by itself. */
    @Test
    void rmsNormOfSegments() {
        for (int width : new int[] {1, 7, 32, 65, 128}) {
            for (int segments : new int[] {2, 3, 8}) {
                both.assertClose(segments + " segments of " + width, 32 * EPS * 4, side -> {
                    Buffer out = side.zeros(5, segments * width);
                    Norm norm = new Norm(side.weight(TensorType.F32, width, 1), 1e-5f);
                    side.device().norms().rmsNorm(norm, side.rows(5, segments * width), out, 5);
                    return out;
                });
            }
        }
    }

    @Test
    void layerNormWithoutBias() {
        for (int width : new int[] {31, 1041}) {
            both.assertClose("width " + width, 64 * EPS * 4, side -> {
                Buffer x = side.rows(3, width);
                side.device().norms().layerNorm(new Norm(side.weight(TensorType.F32, width, 1), 1e-5f), x, x, 3);
                return x;
            });
        }
    }

    @Test
    void layerNormFarFromZero() {
        both.assertClose("offset 1000", 1e-6, side -> {
            Buffer x = side.rows(3, 1024);
            Buffer ones = side.zeros(3, 1024);
            float[] thousand = new float[3 * 1024];
            Arrays.fill(thousand, 1000);
            side.device().write(ones, thousand, 0, 3);
            side.device().elementwise().add(x, ones, 3);
            side.device()
                    .norms()
                    .layerNorm(
                            new Norm(side.weight(TensorType.F16, 1024, 1), side.weight(TensorType.F16, 1024, 1), 1e-5f),
                            x,
                            x,
                            3);
            return x;
        });
    }

    @Test
    void softmax() {
        for (int width : SIZES) {
            both.assertClose("width " + width, 32 * EPS, side -> {
                Buffer x = side.rows(5, width);
                side.device().elementwise().scale(x, 8, 5);
                side.device().norms().softmax(x, 5);
                return x;
            });
        }
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void activations(Activation f) {
        for (int width : SIZES) {
            both.assertClose("width " + width, 5e-7 * 4, side -> {
                Buffer x = side.rows(7, width);
                side.device().elementwise().scale(x, 3, 7);
                side.device().elementwise().activate(f, x, 7);
                return x;
            });
        }
    }

    @Test
    void elementwise() {
        for (int width : SIZES) {
            for (int n : ROWS) {
                both.assertClose("siluMul " + width, 64 * EPS * 4, side -> {
                    Buffer x = side.rows(n, width);
                    side.device().elementwise().siluMul(x, side.rows(n, width), n);
                    return x;
                });
                both.assertClose("sums " + width, 0, side -> {
                    Buffer x = side.rows(n, width);
                    side.device().elementwise().add(x, side.rows(n, width), n);
                    side.device().elementwise().addScaled(x, side.rows(n, width), 0.3f, n);
                    side.device().elementwise().scale(x, 1.7f, n);
                    side.device().elementwise().mulRow(x, side.rows(1, width), n);
                    side.device().elementwise().addRows(x, side.weight(TensorType.F16, width, 3), n);
                    Buffer copy = side.zeros(n, width);
                    side.device().copy(x, copy, n);
                    return copy;
                });
            }
        }
    }

    @ParameterizedTest
    @EnumSource(RopePairing.class)
    void rope(RopePairing pairing) {
        for (int headDim : new int[] {2, 6, 8, 16, 32, 64, 80, 128}) {
            both.assertClose("head dim " + headDim, 8 * EPS * 4, side -> {
                Buffer x = side.rows(5, 3 * headDim);
                KvCache cache = side.device()
                        .allocateKvCache(side.arena(), new KvCache.Shape(1, 600, 1, 1, TensorType.F32, TensorType.F32));
                Batch batch = new Batch(5);
                for (int position : new int[] {0, 1, 127, 128, 599}) {
                    batch.add(cache, position);
                }
                side.device().attention().rope(x, batch, new Rope(headDim, 10000, pairing));
                return x;
            });
        }
    }

    /** Heads whose last elements stay as they are while the others turn and grow, by themselves and on the way to the cache. */
    @ParameterizedTest
    @EnumSource(RopePairing.class)
    void partialRope(RopePairing pairing) {
        for (int turning : new int[] {2, 6, 32, 48, 62}) {
            Rope rope =
                    new Rope(64, turning, 10000, pairing, Collections.nCopies(turning / 2, 1.5f)).withMagnitude(1.25f);
            both.assertClose("turning " + turning, 8 * EPS * 4, side -> {
                Buffer x = side.rows(3, 3 * 64);
                Batch batch = new Batch(3);
                for (int position : new int[] {0, 127, 599}) {
                    batch.add(position, position, position);
                }
                side.device().attention().rope(x, batch, rope);
                return x;
            });
            for (TensorType type : new TensorType[] {TensorType.F32, TensorType.F16, TensorType.Q8_0}) {
                double step = type == TensorType.F32 ? 0 : type == TensorType.F16 ? 0x1p-9 : 4.0 / 127;
                both.assertClose("turning " + turning + ", " + type, 400 * EPS + step * 4 * 0.125, side -> {
                    Attention.Heads heads = new Attention.Heads(4, 2, 64, 0.125f);
                    KvCache cache =
                            side.device().allocateKvCache(side.arena(), new KvCache.Shape(1, 40, 2, 64, type, type));
                    Batch batch = new Batch(9);
                    for (int i = 0; i < 9; i++) {
                        batch.add(cache, i);
                    }
                    Buffer out = side.zeros(9, 256);
                    attend(side, batch, rope, 0, heads, out);
                    return out;
                });
            }
        }
    }

    /** Text, an image of 2 x 3 rows and text again; then patches without a sequence. */
    @ParameterizedTest
    @EnumSource(RopePairing.class)
    void ropeByAxes(RopePairing pairing) {
        for (int headDim : new int[] {2, 6, 16, 64, 80, 128}) {
            both.assertClose("sequence, head dim " + headDim, 8 * EPS * 4, side -> {
                Buffer x = side.rows(9, 3 * headDim);
                KvCache cache = side.device()
                        .allocateKvCache(side.arena(), new KvCache.Shape(1, 600, 1, 1, TensorType.F32, TensorType.F32));
                side.device().attention().rope(x, textAndImage(cache), byAxes(headDim, pairing));
                return x;
            });
            both.assertClose("tower, head dim " + headDim, 8 * EPS * 4, side -> {
                Buffer x = side.rows(6, 2 * headDim);
                Batch batch = new Batch(6);
                for (int i = 0; i < 6; i++) {
                    batch.add(0, i / 3, i % 3 * 100);
                }
                side.device().attention().rope(x, batch, byAxes(headDim, pairing));
                return x;
            });
        }
    }

    private static Rope byAxes(int headDim, RopePairing pairing) {
        List<Integer> axes = new ArrayList<>();
        for (int pair = 0; pair < headDim / 2; pair++) {
            axes.add((pair + 1) % Batch.AXES);
        }
        return new Rope(headDim, 10000, pairing, Collections.nCopies(headDim / 2, 1f), axes);
    }

    private static Batch textAndImage(KvCache cache) {
        Batch batch = new Batch(9);
        batch.add(cache, 0, 200, 200, 200);
        for (int i = 0; i < 6; i++) {
            batch.add(cache, 1 + i, 201, 201 + i / 3, 201 + i % 3);
        }
        batch.add(cache, 7, 204, 204, 204);
        batch.add(cache, 8, 205, 205, 205);
        return batch;
    }

    /**
     * As {@link #ropeAndStoreInOneStep} with the positions of an image, in two layers and after a pass of text. In a cache of fewer
     * bits, an element on the border between two numbers may become either: a step of 4 / 127, or 4 x 2^-11, times a query of 4 and
     * the scale, in a mean of values up to 4.
     */
    @ParameterizedTest
    @EnumSource(RopePairing.class)
    void ropeByAxesAndStoreInOneStep(RopePairing pairing) {
        for (TensorType type : new TensorType[] {TensorType.F32, TensorType.F16, TensorType.Q8_0}) {
            double step = type == TensorType.F32 ? 0 : type == TensorType.F16 ? 0x1p-9 : 4.0 / 127;
            both.assertClose(pairing + ", " + type, 400 * EPS + step * 4 * 0.125, side -> {
                Attention.Heads heads = new Attention.Heads(4, 2, 64, 0.125f);
                KvCache cache =
                        side.device().allocateKvCache(side.arena(), new KvCache.Shape(2, 40, 2, 64, type, type));
                Batch image = textAndImage(cache);
                Batch text = new Batch(2);
                text.add(cache, 9, 206, 206, 206);
                text.add(cache, 10, 207, 207, 207);
                Buffer out = side.zeros(11, 256);
                for (int layer = 0; layer < 2; layer++) {
                    attend(side, image, byAxes(64, pairing), layer, heads, out.slice(0, 9));
                }
                for (int layer = 0; layer < 2; layer++) {
                    attend(side, text, byAxes(64, pairing), layer, heads, out.slice(9, 2));
                }
                return out;
            });
        }
    }

    /** Scores with a bound, of single rows in long contexts, of many rows, and in a window. */
    @Test
    void boundedScores() {
        Attention.Heads heads = new Attention.Heads(4, 2, 64, 0.125f, 0.7f);
        Rope rope = new Rope(64, 10000, RopePairing.SPLIT_HALF);
        for (int window : new int[] {Attention.NO_WINDOW, 5}) {
            both.assertClose("window " + window, 800 * EPS, side -> {
                KvCache cache = side.device()
                        .allocateKvCache(
                                side.arena(), new KvCache.Shape(1, 300, 2, 64, TensorType.F32, TensorType.F32));
                Buffer out = side.zeros(281, 256);
                for (int from : new int[] {0, 280}) {
                    int n = from == 0 ? 280 : 1;
                    Batch batch = new Batch(n);
                    for (int i = 0; i < n; i++) {
                        batch.add(cache, from + i);
                    }
                    Buffer query = side.rows(n, 256);
                    side.device()
                            .attention()
                            .ropeAndStoreKv(query, side.rows(n, 128), side.rows(n, 128), batch, rope, 0);
                    side.device().attention().attendCausal(query, batch, 0, heads, window, out.slice(from, n));
                }
                return out;
            });
        }
        both.assertClose("full", 800 * EPS, side -> {
            Buffer out = side.zeros(40, 256);
            side.device()
                    .attention()
                    .attendFull(side.rows(40, 256), side.rows(40, 128), side.rows(40, 128), 40, heads, out, 40);
            return out;
        });
    }

    private static void attend(
            ParityDevices.Side side, Batch batch, Rope rope, int layer, Attention.Heads heads, Buffer out) {
        int n = batch.rows();
        Buffer query = side.rows(n, 256);
        side.device().attention().ropeAndStoreKv(query, side.rows(n, 128), side.rows(n, 128), batch, rope, layer);
        Buffer attended = side.zeros(n, 256);
        side.device().attention().attendCausal(query, batch, layer, heads, attended);
        side.device().elementwise().add(out, attended, n);
        side.device().elementwise().add(out, query, n);
    }

    /** The rotated queries of a pass, and what they find in the cache. */
    @ParameterizedTest
    @EnumSource(RopePairing.class)
    void ropeAndStoreInOneStep(RopePairing pairing) {
        for (TensorType type : new TensorType[] {TensorType.F32, TensorType.F16, TensorType.Q8_0}) {
            both.assertClose(pairing + ", " + type, 400 * EPS, side -> {
                Attention.Heads heads = new Attention.Heads(4, 2, 64, 0.125f);
                KvCache cache =
                        side.device().allocateKvCache(side.arena(), new KvCache.Shape(1, 40, 2, 64, type, type));
                Batch batch = new Batch(9);
                for (int i = 0; i < 9; i++) {
                    batch.add(cache, i);
                }
                Buffer query = side.rows(9, 256);
                side.device()
                        .attention()
                        .ropeAndStoreKv(
                                query, side.rows(9, 128), side.rows(9, 128), batch, new Rope(64, 10000, pairing), 0);
                Buffer out = side.zeros(9, 256);
                side.device().attention().attendCausal(query, batch, 0, heads, out);
                side.device().elementwise().add(out, query, 9);
                return out;
            });
        }
    }

    @Test
    void fullAttention() {
        for (int dim : new int[] {1, 8, 33, 64, 80, 128}) {
            for (int group : new int[] {1, 2, 5, 17, 65}) {
                both.assertClose("dim " + dim + ", group " + group, 200 * EPS, side -> {
                    Attention.Heads heads = new Attention.Heads(4, 2, dim, (float) (1 / Math.sqrt(dim)));
                    int n = 2 * group;
                    Buffer out = side.zeros(n, 4 * dim);
                    side.device()
                            .attention()
                            .attendFull(
                                    side.rows(n, 4 * dim),
                                    side.rows(n, 2 * dim),
                                    side.rows(n, 2 * dim),
                                    group,
                                    heads,
                                    out,
                                    n);
                    return out;
                });
            }
        }
    }

    /** Windows of an image and those at its edges. */
    @Test
    void fullAttentionInGroupsOfDifferentLengths() {
        for (int dim : new int[] {8, 33, 80}) {
            both.assertClose("dim " + dim, 200 * EPS, side -> {
                Attention.Heads heads = new Attention.Heads(4, 2, dim, (float) (1 / Math.sqrt(dim)));
                int[] groups = {16, 16, 5, 1, 1, 65, 17};
                int n = 121;
                Buffer query = side.rows(n, 4 * dim);
                Buffer key = side.rows(n, 2 * dim);
                Buffer value = side.rows(n, 2 * dim);
                Buffer out = side.zeros(n, 4 * dim);
                side.device().attention().attendGroups(query, key, value, groups, heads, out);
                return out;
            });
        }
    }

    /** Each group sees its own rows only: it is computed as if it were alone. */
    @Test
    void groupsAreApart() {
        both.assertClose("groups", 200 * EPS, side -> {
            Attention.Heads heads = new Attention.Heads(2, 2, 16, 0.25f);
            int[] groups = {7, 7, 3};
            Buffer x = side.rows(17, 32);
            Buffer together = side.zeros(17, 32);
            side.device().attention().attendGroups(x, x, x, groups, heads, together);
            Buffer alone = side.zeros(17, 32);
            int row = 0;
            for (int group : groups) {
                Buffer rows = x.slice(row, group);
                side.device().attention().attendFull(rows, rows, rows, group, heads, alone.slice(row, group), group);
                row += group;
            }
            side.device().elementwise().addScaled(together, alone, -1, 17);
            return together;
        });
    }

    @Thorough
    @ParameterizedTest
    @EnumSource(
            value = TensorType.class,
            names = {"F32", "F16", "Q8_0"})
    void causalAttention(TensorType keys) {
        for (TensorType values : new TensorType[] {TensorType.F32, TensorType.F16, TensorType.Q8_0}) {
            for (int dim : keys == values ? HEAD_DIMS : mixedDims()) {
                boolean fits = dim % keys.blockSize() == 0 && dim % values.blockSize() == 0;
                boolean paired = dim % 2 == 0 || (keys == TensorType.F32 && values == TensorType.F32);
                for (int kvHeads : keys == values || Thorough.Times.all() ? new int[] {1, 2, 4} : new int[] {2}) {
                    if (fits && paired) {
                        both.assertClose(
                                keys + "/" + values + ", dim " + dim + ", kv heads " + kvHeads,
                                200 * EPS,
                                side -> causal(side, keys, values, dim, kvHeads));
                    }
                }
            }
        }
    }

    /** Windows and blocks that begin and end before, in and behind a pass, a chunk of the cache and a tile. */
    @ParameterizedTest
    @EnumSource(
            value = TensorType.class,
            names = {"F32", "F16", "Q8_0"})
    void attentionOverIntervals(TensorType type) {
        for (int window : new int[] {1, 5, 16, 100, 128, 140, 1000}) {
            for (int kvHeads : new int[] {1, 4}) {
                both.assertClose(
                        "window " + window + ", kv heads " + kvHeads,
                        200 * EPS,
                        side -> intervals(side, type, window, kvHeads));
            }
        }
    }

    /** A sequence of 420 positions with blocks 10..39, 120..299 and 330..333, beside another one; some passes have few rows. */
    private static Buffer intervals(ParityDevices.Side side, TensorType type, int window, int kvHeads) {
        int dim = 64;
        Device device = side.device();
        KvCache.Shape shape = new KvCache.Shape(1, 420, kvHeads, dim, type, type);
        KvCache first = device.allocateKvCache(side.arena(), shape);
        KvCache second = device.allocateKvCache(side.arena(), shape);
        Attention.Heads heads = new Attention.Heads(4, kvHeads, dim, 0.125f);
        Buffer out = side.zeros(440, 4 * dim);
        Batch batch = new Batch(420);
        int done = 0;
        int others = 0;
        for (int[] pass : new int[][] {{40, 0}, {1, 0}, {299, 3}, {1, 0}, {2, 0}, {7, 1}, {10, 0}, {60, 0}}) {
            batch.clear();
            for (int i = 0; i < pass[0]; i++) {
                batch.add(first, done + i);
                for (int[] block : new int[][] {{10, 39}, {120, 299}, {330, 333}}) {
                    if (done + i >= block[0] && done + i <= block[1]) {
                        batch.block(block[0], block[1]);
                    }
                }
            }
            for (int i = 0; i < pass[1]; i++) {
                batch.add(second, others + i);
            }
            int n = batch.rows();
            device.attention().storeKv(side.rows(n, kvHeads * dim), side.rows(n, kvHeads * dim), batch, 0);
            device.attention()
                    .attendCausal(side.rows(n, 4 * dim), batch, 0, heads, window, out.slice(done + others, n));
            done += pass[0];
            others += pass[1];
        }
        return out;
    }

    /** Three times around a cache that drops what is farther back than a window. */
    @ParameterizedTest
    @EnumSource(
            value = TensorType.class,
            names = {"F32", "F16", "Q8_0"})
    void attentionOverACacheThatDrops(TensorType type) {
        both.assertClose("type " + type, 200 * EPS, side -> dropping(side, type));
    }

    private static Buffer dropping(ParityDevices.Side side, TensorType type) {
        int dim = 32;
        Device device = side.device();
        KvCache.Shape shape = new KvCache.Shape(2, 1200, 2, dim, type, type, List.of(Attention.NO_WINDOW, 70), 60);
        KvCache cache = device.allocateKvCache(side.arena(), shape);
        Attention.Heads heads = new Attention.Heads(4, 2, dim, 0.2f);
        Buffer out = side.zeros(1200, 4 * dim);
        Batch batch = new Batch(60);
        int done = 0;
        for (int pass = 0; done <= 1100; pass++) {
            batch.clear();
            int n = new int[] {60, 1, 60, 7, 59}[pass % 5];
            for (int i = 0; i < n; i++) {
                batch.add(cache, done + i);
                if (pass == 12 && i >= 10 && i < 55) {
                    batch.block(done + 10, done + 54);
                }
            }
            device.attention().storeKv(side.rows(n, 2 * dim), side.rows(n, 2 * dim), batch, 1);
            device.attention().attendCausal(side.rows(n, 4 * dim), batch, 1, heads, 70, out.slice(done, n));
            done += n;
        }
        assertTrue(cache.canContinueAt(0) && !cache.canContinueAt(500));
        return out;
    }

    /** A prompt of 150 positions in two passes, then one pass with a new row of it and three rows of another sequence. */
    private static Buffer causal(ParityDevices.Side side, TensorType keys, TensorType values, int dim, int kvHeads) {
        Device device = side.device();
        KvCache.Shape shape = new KvCache.Shape(2, 200, kvHeads, dim, keys, values);
        KvCache first = device.allocateKvCache(side.arena(), shape);
        KvCache second = device.allocateKvCache(side.arena(), shape);
        Attention.Heads heads = new Attention.Heads(4, kvHeads, dim, (float) (1 / Math.sqrt(dim)));
        Buffer out = side.zeros(154, 4 * dim);
        Batch batch = new Batch(200);
        int done = 0;
        for (int[] pass : new int[][] {{133, 0}, {17, 0}, {1, 3}}) {
            batch.clear();
            for (int i = 0; i < pass[0]; i++) {
                batch.add(first, done + i);
            }
            for (int i = 0; i < pass[1]; i++) {
                batch.add(second, i);
            }
            int n = batch.rows();
            device.attention().storeKv(side.rows(n, kvHeads * dim), side.rows(n, kvHeads * dim), batch, 1);
            device.attention().attendCausal(side.rows(n, 4 * dim), batch, 1, heads, out.slice(done, n));
            done += pass[0];
        }
        return out;
    }

    @Test
    void grids() {
        for (int channels : SIZES) {
            for (int stride : new int[] {1, 2}) {
                both.assertClose("convolution of " + channels, 32 * EPS * 9, side -> {
                    int height = 5;
                    int width = 4;
                    Buffer out = side.zeros(((height - 1) / stride + 1) * ((width - 1) / stride + 1), channels);
                    side.device()
                            .grids()
                            .depthwiseConv3x3(
                                    side.rows(height * width, channels),
                                    height,
                                    width,
                                    new Linear(
                                            side.device().load(kernel(side, channels)),
                                            stride == 1 ? null : side.weight(TensorType.F32, channels, 1)),
                                    stride,
                                    out);
                    return out;
                });
            }
            both.assertClose("pool of " + channels, 8 * EPS * 4, side -> {
                Buffer out = side.zeros(6, channels);
                side.device().grids().averagePool2x2(side.rows(24, channels), 4, 6, out);
                return out;
            });
            both.assertClose("mean of " + channels, 16 * EPS * 4, side -> {
                Buffer out = side.zeros(1, channels);
                side.device().grids().meanRows(side.rows(70, channels), out, 67);
                return out;
            });
        }
    }

    private static Tensor kernel(ParityDevices.Side side, int channels) {
        return side.weight(TensorType.F16, 3, 3 * channels).tensor().reshaped(3, 3, 1, channels);
    }
}
