// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.code.Constant;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;

/**
 * Q2_K: 16 bytes with a 4-bit scale in the low and a 4-bit minimum in the high nibble, 64 bytes of quants, f16 d and dmin. Each
 * 32 bytes of quants hold four times 32 weights, two bits each. Except for the last 32, the two bits stay where they are in
 * their byte, and the scales are divided by 4 or 16 instead.
 */
final class Q2_KReader extends WeightReader {
    private static final int D = 80;

    private final V[] pairs = code.take(2);
    private final V scales = code.take();
    private final V minimums = code.take();
    /** d, for the groups of the first and of the last two 32 weights of four. */
    private final V[] d = code.take(2);

    private final V minusDs = code.take();
    private final Constant[] pair = {code.constant(0x03), code.constant(0x0c), code.constant(0x30)};
    private final Constant[] spread = {lowest(0), lowest(4), lowest(8), lowest(12)};
    private final Constant lower = code.constant(0x0f);
    private final Constant[] weight = {code.floats(i -> i < 2 ? 1 : 1 / 4f), code.floats(i -> i < 2 ? 1 / 16f : 1)};

    Q2_KReader(KernelCode code) {
        super(code, TensorType.Q2_K);
    }

    @Override
    public void begin() {
        a.ldr(minusDs.s(), Mem.at(ROW, D));
        a.ldr(minimums.q(), Mem.post(ROW, 16));
        a.fcvtl(minusDs.s4(), minusDs.h4());
        for (int i = 0; i < d.length; i++) {
            a.fmul(d[i].s4(), weight[i].v().s4(), minusDs.s(0));
        }
        a.fneg(minusDs.s4(), minusDs.s4());
        a.and(scales.b16(), minimums.b16(), lower.v().b16());
        a.ushr(minimums.b16(), minimums.b16(), 4);
    }

    @Override
    public V[] chunk(int chunk) {
        int at = chunk % 4;
        if (at == 0) {
            a.ldp(pairs[0].q(), pairs[1].q(), Mem.post(ROW, 32));
        }
        for (int i = 0; i < 2; i++) {
            if (at == 3) {
                a.ushr(weights[i].b16(), pairs[i].b16(), 6);
            } else {
                a.and(weights[i].b16(), pairs[i].b16(), pair[at].v().b16());
            }
        }
        if (chunk == 7) {
            a.add(ROW, ROW, bytes() - D);
        }
        return weights;
    }

    @Override
    public void scales(int set) {
        a.tbl(scale.b16(), scales.b16(), spread[set].v().b16());
        a.ucvtf(scale.s4(), scale.s4());
        a.fmul(scale.s4(), scale.s4(), d[set % 2].s4());
        a.tbl(offset.b16(), minimums.b16(), spread[set].v().b16());
        a.ucvtf(offset.s4(), offset.s4());
        a.fmul(offset.s4(), offset.s4(), minusDs.s(1));
    }
}
