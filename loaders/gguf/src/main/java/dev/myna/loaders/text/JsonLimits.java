// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.text;

/**
 * How large a JSON document may be, so that reading it takes time and memory within a small multiple of its bytes.
 *
 * @param depth objects and lists inside each other
 * @param values values and names in the document
 * @param numberLength characters of a number
 * @param nameLength bytes of a name as it is written
 */
public record JsonLimits(int depth, int values, int numberLength, int nameLength) {
    private static final int DEPTH = 64;
    private static final int NUMBER_LENGTH = 400;

    /** The usual limits, with names of any length. */
    public static JsonLimits ofValues(int values) {
        return new JsonLimits(DEPTH, values, NUMBER_LENGTH, Integer.MAX_VALUE);
    }
}
