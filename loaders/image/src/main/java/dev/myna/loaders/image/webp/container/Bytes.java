// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.container;

/** Unsigned little-endian numbers of a file. */
public final class Bytes {
    private Bytes() {}

    static int two(byte[] file, int at) {
        return file[at] & 0xff | (file[at + 1] & 0xff) << 8;
    }

    public static int three(byte[] file, int at) {
        return two(file, at) | (file[at + 2] & 0xff) << 16;
    }

    static long four(byte[] file, int at) {
        return three(file, at) | (file[at + 3] & 0xffL) << 24;
    }
}
