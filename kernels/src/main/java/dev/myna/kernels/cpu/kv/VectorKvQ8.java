// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.kv;

import static dev.myna.kernels.machine.NativeMemory.ALL;
import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static dev.myna.kernels.machine.NativeMemory.getHalf;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.myna.kernels.machine.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** Q8_0 caches: 64 bytes of a block hold four elements of the keys of a group, or 16 elements of four values. */
final class VectorKvQ8 extends VectorKv {
    private static final int BLOCK = KvFormat.Q8.BLOCK;
    private static final int BYTES_AT = KvFormat.Q8.BYTES_AT;

    @Override
    void keys(long region, int slot, int dim, long to) {
        for (int start = 0; start < dim; start += BLOCK) {
            long block = KvFormat.Q8.block(region, slot, dim, start);
            long from = block + BYTES_AT + slot % GROUP * 4L;
            long target = to + start * Panel.ROW;
            FloatVector scale = ((IntVector)
                            ShortVector.fromMemorySegment(Lanes.S, ALL, block + slot % GROUP * 2L, LITTLE_ENDIAN)
                                    .convertShape(VectorOperators.S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 13)
                    .and(VectorKvF16.KEPT)
                    .reinterpretAsFloats()
                    .mul(VectorKvF16.REBIAS);
            for (int i = 0; i < BLOCK; i += 4) {
                IntVector four = IntVector.fromMemorySegment(Lanes.I, ALL, from + i * 16L, LITTLE_ENDIAN);
                long row = target + i * Panel.ROW;
                ((FloatVector) four.lanewise(VectorOperators.LSHL, 24)
                                .lanewise(VectorOperators.ASHR, 24)
                                .convertShape(VectorOperators.I2F, Lanes.F, 0))
                        .mul(scale)
                        .intoMemorySegment(ALL, row, LITTLE_ENDIAN);
                ((FloatVector) four.lanewise(VectorOperators.LSHL, 16)
                                .lanewise(VectorOperators.ASHR, 24)
                                .convertShape(VectorOperators.I2F, Lanes.F, 0))
                        .mul(scale)
                        .intoMemorySegment(ALL, row + Panel.ROW, LITTLE_ENDIAN);
                ((FloatVector) four.lanewise(VectorOperators.LSHL, 8)
                                .lanewise(VectorOperators.ASHR, 24)
                                .convertShape(VectorOperators.I2F, Lanes.F, 0))
                        .mul(scale)
                        .intoMemorySegment(ALL, row + 2 * Panel.ROW, LITTLE_ENDIAN);
                ((FloatVector) four.lanewise(VectorOperators.ASHR, 24).convertShape(VectorOperators.I2F, Lanes.F, 0))
                        .mul(scale)
                        .intoMemorySegment(ALL, row + 3 * Panel.ROW, LITTLE_ENDIAN);
            }
        }
    }

    @Override
    void values(long region, int count, int dim, int element, long to) {
        for (int slot = 0; slot < count; slot += 4) {
            long block = KvFormat.Q8.block(region, slot, dim, element);
            long at = block + BYTES_AT + slot % GROUP / 4 * (4L * BLOCK) + element % BLOCK * 4L;
            long scales = block + slot % GROUP * 2L;
            IntVector four = IntVector.fromMemorySegment(Lanes.I, ALL, at, LITTLE_ENDIAN);
            long row = to + slot * Panel.ROW;
            ((FloatVector) four.lanewise(VectorOperators.LSHL, 24)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, Lanes.F, 0))
                    .mul(getHalf(scales))
                    .intoMemorySegment(ALL, row, LITTLE_ENDIAN);
            ((FloatVector) four.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, Lanes.F, 0))
                    .mul(getHalf(scales + 2))
                    .intoMemorySegment(ALL, row + Panel.ROW, LITTLE_ENDIAN);
            ((FloatVector) four.lanewise(VectorOperators.LSHL, 8)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, Lanes.F, 0))
                    .mul(getHalf(scales + 4))
                    .intoMemorySegment(ALL, row + 2 * Panel.ROW, LITTLE_ENDIAN);
            ((FloatVector) four.lanewise(VectorOperators.ASHR, 24).convertShape(VectorOperators.I2F, Lanes.F, 0))
                    .mul(getHalf(scales + 6))
                    .intoMemorySegment(ALL, row + 3 * Panel.ROW, LITTLE_ENDIAN);
        }
    }

    @Override
    public void scores(long query, long region, int count, int dim, long to) {
        for (int slot = 0; slot < count; slot += Lanes.W) {
            FloatVector sum = FloatVector.zero(Lanes.F);
            for (int start = 0; start < dim; start += BLOCK) {
                long block = KvFormat.Q8.block(region, slot, dim, start);
                long from = block + BYTES_AT + slot % GROUP * 4L;
                FloatVector scale = ((IntVector)
                                ShortVector.fromMemorySegment(Lanes.S, ALL, block + slot % GROUP * 2L, LITTLE_ENDIAN)
                                        .convertShape(VectorOperators.S2I, Lanes.I, 0))
                        .lanewise(VectorOperators.LSHL, 13)
                        .and(VectorKvF16.KEPT)
                        .reinterpretAsFloats()
                        .mul(VectorKvF16.REBIAS);
                FloatVector even = FloatVector.zero(Lanes.F);
                FloatVector odd = even;
                for (int i = 0; i < BLOCK; i += 4) {
                    IntVector four = IntVector.fromMemorySegment(Lanes.I, ALL, from + i * 16L, LITTLE_ENDIAN);
                    FloatVector first = (FloatVector) four.lanewise(VectorOperators.LSHL, 24)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, Lanes.F, 0);
                    FloatVector second = (FloatVector) four.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, Lanes.F, 0);
                    FloatVector third = (FloatVector) four.lanewise(VectorOperators.LSHL, 8)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, Lanes.F, 0);
                    FloatVector fourth = (FloatVector)
                            four.lanewise(VectorOperators.ASHR, 24).convertShape(VectorOperators.I2F, Lanes.F, 0);
                    long at = query + (start + i) * 4L;
                    even = FloatVector.broadcast(Lanes.F, getFloat(at)).fma(first, even);
                    odd = FloatVector.broadcast(Lanes.F, getFloat(at + 4)).fma(second, odd);
                    even = FloatVector.broadcast(Lanes.F, getFloat(at + 8)).fma(third, even);
                    odd = FloatVector.broadcast(Lanes.F, getFloat(at + 12)).fma(fourth, odd);
                }
                sum = even.add(odd).fma(scale, sum);
            }
            sum.intoMemorySegment(ALL, to + slot * 4L, LITTLE_ENDIAN);
        }
    }

    @Override
    public void addValues(long weights, long region, int count, int dim, long out, long spare) {
        for (int first = 0; first < count; first += GROUP) {
            int slots = Math.min(GROUP, count - first);
            for (int start = 0; start < dim; start += BLOCK) {
                long block = KvFormat.Q8.block(region, first, dim, start);
                for (int i = 0; i < slots; i += Lanes.W) {
                    ((IntVector) ShortVector.fromMemorySegment(Lanes.S, ALL, block + i * 2L, LITTLE_ENDIAN)
                                    .convertShape(VectorOperators.S2I, Lanes.I, 0))
                            .lanewise(VectorOperators.LSHL, 13)
                            .and(VectorKvF16.KEPT)
                            .reinterpretAsFloats()
                            .mul(VectorKvF16.REBIAS)
                            .mul(fromMemorySegment(Lanes.F, ALL, weights + (first + i) * 4L, LITTLE_ENDIAN))
                            .intoMemorySegment(ALL, spare + i * 4L, LITTLE_ENDIAN);
                }
                for (int element = 0; element < BLOCK; element += Lanes.W) {
                    long target = out + (start + element) * 4L;
                    long from = block + BYTES_AT + element * 4L;
                    FloatVector even = fromMemorySegment(Lanes.F, ALL, target, LITTLE_ENDIAN);
                    FloatVector odd = FloatVector.zero(Lanes.F);
                    for (int i = 0; i < slots; i += 4) {
                        IntVector four = IntVector.fromMemorySegment(Lanes.I, ALL, from + i * 32L, LITTLE_ENDIAN);
                        FloatVector a = (FloatVector) four.lanewise(VectorOperators.LSHL, 24)
                                .lanewise(VectorOperators.ASHR, 24)
                                .convertShape(VectorOperators.I2F, Lanes.F, 0);
                        FloatVector b = (FloatVector) four.lanewise(VectorOperators.LSHL, 16)
                                .lanewise(VectorOperators.ASHR, 24)
                                .convertShape(VectorOperators.I2F, Lanes.F, 0);
                        FloatVector c = (FloatVector) four.lanewise(VectorOperators.LSHL, 8)
                                .lanewise(VectorOperators.ASHR, 24)
                                .convertShape(VectorOperators.I2F, Lanes.F, 0);
                        FloatVector d = (FloatVector)
                                four.lanewise(VectorOperators.ASHR, 24).convertShape(VectorOperators.I2F, Lanes.F, 0);
                        even = FloatVector.broadcast(Lanes.F, getFloat(spare + i * 4L))
                                .fma(a, even);
                        odd = FloatVector.broadcast(Lanes.F, getFloat(spare + i * 4L + 4))
                                .fma(b, odd);
                        even = FloatVector.broadcast(Lanes.F, getFloat(spare + i * 4L + 8))
                                .fma(c, even);
                        odd = FloatVector.broadcast(Lanes.F, getFloat(spare + i * 4L + 12))
                                .fma(d, odd);
                    }
                    even.add(odd).intoMemorySegment(ALL, target, LITTLE_ENDIAN);
                }
            }
        }
    }
}
