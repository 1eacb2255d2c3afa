// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.kv;

import static dev.myna.kernels.cpu.math.RowMemory.load;
import static dev.myna.kernels.cpu.math.RowMemory.store;

import dev.myna.kernels.cpu.math.RowMemory;
import dev.myna.kernels.machine.Lanes;
import java.util.Arrays;

/**
 * Cached keys and values read element by element, a group of slots at a time, on arrays: every head width and number. A lone query,
 * which has finite numbers and whole vectors only, gets its sums in the order of the vector forms.
 */
public abstract sealed class PlainKv extends VectorKv {
    private final ThreadLocal<RowMemory> memory;

    private PlainKv(ThreadLocal<RowMemory> memory) {
        this.memory = memory;
    }

    /** For F32 caches. */
    public static PlainKv ofFloats(ThreadLocal<RowMemory> memory) {
        return new OfFloats(memory);
    }

    /** For F16 caches. */
    public static PlainKv ofHalves(ThreadLocal<RowMemory> memory) {
        return new OfHalves(memory);
    }

    /** For Q8_0 caches. */
    public static PlainKv ofQuants(ThreadLocal<RowMemory> memory) {
        return new OfQuants(memory);
    }

    /** Expands the keys of {@code slots} slots of a group from {@code first} to columns of a panel from {@code column}. */
    abstract void expandKeys(RowMemory rows, long region, int first, int slots, int dim, int column);

    /** Expands elements {@code element} to {@code end} of the values of the first slots of a group to rows of a panel. */
    abstract void expandValues(RowMemory rows, long region, int first, int slots, int dim, int element, int end);

    /** Dot products of the query in {@code rows.b} with keys of a group, to {@code rows.a} from {@code first} on. */
    abstract void score(RowMemory rows, long region, int first, int slots, int dim);

    /** Adds values of a group, times the weights in {@code rows.b}, to {@code rows.a}. */
    abstract void add(RowMemory rows, long region, int first, int slots, int dim);

    @Override
    final void keys(long region, int slot, int dim, long to) {
        throw new IllegalStateException("panels are expanded whole");
    }

    @Override
    final void values(long region, int count, int dim, int element, long to) {
        throw new IllegalStateException("panels are expanded whole");
    }

    @Override
    public final void keyPanel(long region, int slot, int count, int dim, long to) {
        RowMemory rows = memory.get();
        rows.reserve(dim * Panel.COLUMNS);
        int end = slot + Math.min(Panel.COLUMNS, Math.ceilDiv(count, Lanes.W) * Lanes.W);
        for (int first = slot; first < end; ) {
            int next = Math.min(end, (first & -GROUP) + GROUP);
            expandKeys(rows, region, first, next - first, dim, first - slot);
            first = next;
        }
        store(rows.a, to, dim * Panel.COLUMNS);
    }

    @Override
    public final void valuePanel(long region, int count, int dim, int element, long to) {
        RowMemory rows = memory.get();
        rows.reserve(Math.max(count, GROUP) * Panel.COLUMNS);
        int end = Math.min(dim, element + Panel.COLUMNS);
        Arrays.fill(rows.a, 0, count * Panel.COLUMNS, 0);
        for (int first = 0; first < count; first += GROUP) {
            expandValues(rows, region, first, Math.min(GROUP, count - first), dim, element, end);
        }
        store(rows.a, to, count * Panel.COLUMNS);
    }

    @Override
    public final void scores(long query, long region, int count, int dim, long to) {
        RowMemory rows = memory.get();
        int whole = Math.ceilDiv(count, Lanes.W) * Lanes.W;
        rows.reserve(Math.max(dim, whole));
        load(query, rows.b, dim);
        for (int first = 0; first < whole; first += GROUP) {
            score(rows, region, first, Math.min(GROUP, whole - first), dim);
        }
        store(rows.a, to, whole);
    }

    @Override
    public final void addValues(long weights, long region, int count, int dim, long out, long spare) {
        RowMemory rows = memory.get();
        // Up to three slots more, of weight 0.
        int whole = Math.ceilDiv(count, 4) * 4;
        rows.reserve(Math.max(dim, whole));
        load(out, rows.a, dim);
        load(weights, rows.b, whole);
        for (int first = 0; first < count; first += GROUP) {
            add(rows, region, first, Math.min(GROUP, count - first), dim);
        }
        store(rows.a, out, dim);
    }

    /** A group lies in memory as rows of numbers, read to an array of f32 first. */
    private abstract static sealed class OfNumbers extends PlainKv {
        /** Neighbours in a lane: elements of a key, slots of a value. */
        private final int pack;

        OfNumbers(ThreadLocal<RowMemory> memory, int pack) {
            super(memory);
            this.pack = pack;
        }

        /** Reads {@code count} numbers from number {@code from} of a region. */
        abstract float[] numbers(RowMemory rows, long region, long from, int count);

        @Override
        final void expandKeys(RowMemory rows, long region, int first, int slots, int dim, int column) {
            float[] group = numbers(rows, region, (long) (first & -GROUP) * dim, GROUP * dim);
            for (int i = 0; i < dim; i++) {
                int at = (i / pack * GROUP + first % GROUP) * pack + i % pack;
                for (int slot = 0; slot < slots; slot++) {
                    rows.a[i * Panel.COLUMNS + column + slot] = group[at + slot * pack];
                }
            }
        }

        @Override
        final void expandValues(RowMemory rows, long region, int first, int slots, int dim, int element, int end) {
            int start = element & -16;
            int stop = Math.min(dim, Math.ceilDiv(end, 16) * 16);
            float[] group = numbers(rows, region, (long) first * dim + (long) start * GROUP, (stop - start) * GROUP);
            for (int slot = 0; slot < slots; slot++) {
                int row = (first + slot) * Panel.COLUMNS;
                for (int i = element; i < end; i++) {
                    rows.a[row + i - element] = group[value(slot, dim, i) - start * GROUP];
                }
            }
        }

        /** Index of element i of a slot's value in its group. */
        private int value(int slot, int dim, int i) {
            int block = i & -16;
            int width = Math.min(16, dim - block);
            return block * GROUP + (slot / pack * width + i - block) * pack + slot % pack;
        }

        @Override
        final void score(RowMemory rows, long region, int first, int slots, int dim) {
            float[] group = numbers(rows, region, (long) first * dim, GROUP * dim);
            for (int slot = 0; slot < slots; slot++) {
                rows.a[first + slot] =
                        pack == 1 ? inOrder(rows.b, group, slot, dim) : byTurns(rows.b, group, slot, dim);
            }
        }

        private static float inOrder(float[] query, float[] group, int slot, int dim) {
            float sum = 0;
            for (int i = 0; i < dim; i++) {
                sum = Math.fma(query[i], group[i * GROUP + slot], sum);
            }
            return sum;
        }

        private static float byTurns(float[] query, float[] group, int slot, int dim) {
            float even = 0;
            float odd = 0;
            for (int i = 0; i < dim; i += 2) {
                int at = i * GROUP + slot * 2;
                even = Math.fma(query[i], group[at], even);
                odd = Math.fma(query[i + 1], group[at + 1], odd);
            }
            return even + odd;
        }

        @Override
        final void add(RowMemory rows, long region, int first, int slots, int dim) {
            float[] group = numbers(rows, region, (long) first * dim, GROUP * dim);
            for (int i = 0; i < dim; i++) {
                float even = rows.a[i];
                float odd = 0;
                for (int slot = 0; slot < slots; slot += pack) {
                    int at = value(slot, dim, i);
                    even = Math.fma(rows.b[first + slot], group[at], even);
                    if (pack == 2) {
                        odd = Math.fma(rows.b[first + slot + 1], group[at + 1], odd);
                    }
                }
                rows.a[i] = pack == 1 ? even : even + odd;
            }
        }
    }

    private static final class OfFloats extends OfNumbers {
        private OfFloats(ThreadLocal<RowMemory> memory) {
            super(memory, 1);
        }

        @Override
        float[] numbers(RowMemory rows, long region, long from, int count) {
            return rows.floats(region + from * Float.BYTES, count);
        }
    }

    private static final class OfHalves extends OfNumbers {
        private OfHalves(ThreadLocal<RowMemory> memory) {
            super(memory, 2);
        }

        @Override
        float[] numbers(RowMemory rows, long region, long from, int count) {
            return rows.halves(region + from * Short.BYTES, count);
        }
    }

    /** Quants are read one by one: not the usual cache. */
    private static final class OfQuants extends PlainKv {
        private static final int BLOCK = KvFormat.Q8.BLOCK;

        private final KvFormat format = new KvFormat.Q8();

        private OfQuants(ThreadLocal<RowMemory> memory) {
            super(memory);
        }

        @Override
        void expandKeys(RowMemory rows, long region, int first, int slots, int dim, int column) {
            for (int i = 0; i < dim; i++) {
                for (int slot = 0; slot < slots; slot++) {
                    rows.a[i * Panel.COLUMNS + column + slot] = format.key(region, first + slot, dim, i);
                }
            }
        }

        @Override
        void expandValues(RowMemory rows, long region, int first, int slots, int dim, int element, int end) {
            for (int slot = first; slot < first + slots; slot++) {
                for (int i = element; i < end; i++) {
                    rows.a[slot * Panel.COLUMNS + i - element] = format.value(region, slot, dim, i);
                }
            }
        }

        /** Keys without their scale, which the block's sum gets. */
        @Override
        void score(RowMemory rows, long region, int first, int slots, int dim) {
            for (int slot = first; slot < first + slots; slot++) {
                float sum = 0;
                for (int start = 0; start < dim; start += BLOCK) {
                    float even = 0;
                    float odd = 0;
                    for (int i = start; i < start + BLOCK; i += 2) {
                        even = Math.fma(rows.b[i], KvFormat.Q8.keyQuant(region, slot, dim, i), even);
                        odd = Math.fma(rows.b[i + 1], KvFormat.Q8.keyQuant(region, slot, dim, i + 1), odd);
                    }
                    sum = Math.fma(even + odd, KvFormat.Q8.scale(region, slot, dim, start), sum);
                }
                rows.a[slot] = sum;
            }
        }

        @Override
        void add(RowMemory rows, long region, int first, int slots, int dim) {
            for (int i = 0; i < dim; i++) {
                float even = rows.a[i];
                float odd = 0;
                for (int slot = first; slot < first + slots; slot += 4) {
                    even = add(rows.b, region, slot, dim, i, even);
                    odd = add(rows.b, region, slot + 1, dim, i, odd);
                    even = add(rows.b, region, slot + 2, dim, i, even);
                    odd = add(rows.b, region, slot + 3, dim, i, odd);
                }
                rows.a[i] = even + odd;
            }
        }

        private static float add(float[] weights, long region, int slot, int dim, int i, float sum) {
            float weight = KvFormat.Q8.scale(region, slot, dim, i) * weights[slot];
            return Math.fma(weight, KvFormat.Q8.valueQuant(region, slot, dim, i), sum);
        }
    }
}
