// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

/**
 * The place of a metadata value in the file. Values are decoded on request, because vocabularies are large and often not read.
 *
 * @param type type of the value, or of the elements if it is an array
 * @param array whether it is an array
 * @param count number of elements; 1 for a value that is no array
 * @param offset first byte in the file: of the characters for a string, of the first element for an array
 * @param bytes bytes from {@code offset} to the end of the value
 */
record GgufValue(GgufType type, boolean array, long count, long offset, long bytes) {

    /** The name of the type in messages. */
    String typeName() {
        return array ? "array of " + type : type.toString();
    }
}
