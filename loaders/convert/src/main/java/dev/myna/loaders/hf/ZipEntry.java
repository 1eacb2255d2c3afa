// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

/**
 * A file stored in a zip archive.
 *
 * @param header first byte of its local header
 * @param data first byte of its content
 * @param bytes size of the content
 */
record ZipEntry(String name, long header, long data, long bytes) {

    long end() {
        return data + bytes;
    }
}
