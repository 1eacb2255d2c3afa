// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.entropy;

import java.util.HexFormat;

/** The typical Huffman tables of T.81 K.3. Frames of Motion JPEG omit their tables and use these. */
final class StandardTables {
    // Sixteen counts of codes by length, then the values, in hexadecimal digits.
    private static final String DC_LUMINANCE = "00010501010101010100000000000000000102030405060708090a0b";

    private static final String DC_CHROMINANCE = "00030101010101010101010000000000000102030405060708090a0b";

    private static final String AC_LUMINANCE = "0002010303020403050504040000017d01020300041105122131410613516107"
            + "227114328191a1082342b1c11552d1f02433627282090a161718191a25262728"
            + "292a3435363738393a434445464748494a535455565758595a63646566676869"
            + "6a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7"
            + "a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2"
            + "e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa";

    private static final String AC_CHROMINANCE = "0002010204040304070504040001027700010203110405213106124151076171"
            + "1322328108144291a1b1c109233352f0156272d10a162434e125f11718191a26"
            + "2728292a35363738393a434445464748494a535455565758595a636465666768"
            + "696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5"
            + "a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9da"
            + "e2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa";

    private StandardTables() {}

    /**
     * @param tableClass 0 for DC, 1 for AC
     * @param destination 0 for luminance, 1 for chrominance
     */
    static HuffmanTable of(int tableClass, int destination) {
        String digits = tableClass == 0
                ? destination == 0 ? DC_LUMINANCE : DC_CHROMINANCE
                : destination == 0 ? AC_LUMINANCE : AC_CHROMINANCE;
        byte[] bytes = HexFormat.of().parseHex(digits);
        int[] counts = new int[17];
        for (int length = 1; length <= 16; length++) {
            counts[length] = bytes[length - 1];
        }
        byte[] values = new byte[bytes.length - 16];
        System.arraycopy(bytes, 16, values, 0, values.length);
        return new HuffmanTable(counts, values);
    }
}
