// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.machine.NativeMemory;

/** Stores 32 levels as the simple formats of ggml do: byte i has the levels of elements i and i + 16; fifth bits are separate. */
final class Nibbles {
    private Nibbles() {}

    /** Writes 16 bytes of levels 0 to 15, each {@code quants[from + i] + shift}. */
    static void put(long to, int[] quants, int from, int shift) {
        for (int i = 0; i < 16; i++) {
            int low = quants[from + i] + shift;
            int high = quants[from + i + 16] + shift;
            NativeMemory.putByte(to + i, (byte) (low & 15 | (high & 15) << 4));
        }
    }

    /** Writes 4 bytes of fifth bits, then 16 of nibbles, of levels 0 to 31. */
    static void putFive(long to, int[] quants, int from, int shift) {
        int fifth = 0;
        for (int i = 0; i < 32; i++) {
            fifth |= (quants[from + i] + shift >> 4) << i;
        }
        NativeMemory.putInt(to, fifth);
        put(to + 4, quants, from, shift);
    }
}
