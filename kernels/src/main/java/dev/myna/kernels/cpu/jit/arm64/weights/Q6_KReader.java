// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.code.Constant;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;

/**
 * Q6_K: 128 bytes of low nibbles, 64 bytes of the upper two bits, 16 signed bytes of scales, f16 d. Each half of the block has
 * 64 bytes of nibbles and 32 bytes of upper bits, for four times 32 weights. The six bits of a weight become the top bits of a
 * byte: with the highest one inverted, that is a signed number, four times as large.
 */
final class Q6_KReader extends WeightReader {
    private static final int UPPER = 128;
    private static final int SCALES = 192;
    private static final int D = 208;

    private final V[] lows = code.take(4);
    private final V[] uppers = code.take(2);
    private final V scales = code.take();
    private final V d = code.take();
    private final Constant topBits = code.constant(0xaa);
    private final Constant upperHalf = code.constant(0xf0);
    private final Constant[] spread = {highest(0), highest(4), highest(8), highest(12)};

    Q6_KReader(KernelCode code) {
        super(code, TensorType.Q6_K);
    }

    @Override
    public void begin() {
        a.ldr(scales.q(), Mem.at(ROW, SCALES));
        a.ldr(d.h(), Mem.at(ROW, D));
        a.fcvt(d.s(), d.h());
    }

    @Override
    public V[] chunk(int chunk) {
        int at = chunk % 4;
        if (at == 0) {
            int half = chunk / 4;
            a.ldp(uppers[0].q(), uppers[1].q(), Mem.at(ROW, UPPER - 32 * half));
            a.ldp(lows[0].q(), lows[1].q(), Mem.post(ROW, 32));
            a.ldp(lows[2].q(), lows[3].q(), Mem.post(ROW, 32));
            for (V each : uppers) {
                a.eor(each.b16(), each.b16(), topBits.v().b16());
            }
        }
        if (chunk == 7) {
            a.add(ROW, ROW, bytes() - UPPER);
        }
        V[] to = at == 3 ? uppers : weights;
        for (int i = 0; i < 2; i++) {
            V low = lows[at % 2 * 2 + i];
            if (at < 3) {
                a.shl(to[i].b16(), uppers[i].b16(), 6 - 2 * at);
            }
            V top = at < 2 ? scale : low;
            if (at < 2) {
                a.shl(top.b16(), low.b16(), 4);
            } else {
                a.and(top.b16(), low.b16(), upperHalf.v().b16());
            }
            a.sri(to[i].b16(), top.b16(), 2);
        }
        return to;
    }

    @Override
    public void scales(int set) {
        a.tbl(scale.b16(), scales.b16(), spread[set].v().b16());
        a.scvtf(scale.s4(), scale.s4(), 24);
        a.fmul(scale.s4(), scale.s4(), d.s(0));
    }
}
