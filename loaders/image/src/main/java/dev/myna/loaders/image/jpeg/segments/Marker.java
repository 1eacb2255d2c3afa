// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.segments;

/** The second byte of a marker, after 0xff (T.81 table B.1). */
public final class Marker {
    static final int TEM = 0x01;
    public static final int SOF0 = 0xc0;
    static final int SOF1 = 0xc1;
    public static final int SOF2 = 0xc2;
    public static final int DHT = 0xc4;
    static final int JPG = 0xc8;
    public static final int SOF9 = 0xc9;
    public static final int SOF10 = 0xca;
    public static final int DAC = 0xcc;
    public static final int RST0 = 0xd0;
    public static final int SOI = 0xd8;
    public static final int EOI = 0xd9;
    public static final int SOS = 0xda;
    public static final int DQT = 0xdb;
    public static final int DNL = 0xdc;
    public static final int DRI = 0xdd;
    public static final int DHP = 0xde;
    public static final int APP0 = 0xe0;
    public static final int APP14 = 0xee;

    /** Not a marker: the file has ended. */
    public static final int END_OF_DATA = -1;

    private Marker() {}

    /** Whether a frame header follows: SOF0 to SOF15, among which DHT, JPG and DAC have their numbers. */
    public static boolean isFrame(int marker) {
        return marker >= SOF0 && marker <= 0xcf && marker != DHT && marker != JPG && marker != DAC;
    }

    /** Whether the marker stands alone, without a segment's length after it. */
    public static boolean isAlone(int marker) {
        return marker == TEM || marker >= RST0 && marker <= EOI;
    }
}
