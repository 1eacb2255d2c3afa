// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import java.util.List;
import java.util.Set;

/**
 * Typed access to the key/value section of a GGUF file. A getter without a default throws {@link GgufException} when
 * the key is missing; every getter throws it when the value has another type or does not fit. Messages name file and
 * key.
 */
public interface GgufMetadata {

    /** All keys, in file order. */
    Set<String> keys();

    /** Whether the key is present, with any type. */
    boolean has(String key);

    /** A string. */
    String string(String key);

    /** A string, or {@code fallback} if the key is absent. */
    String string(String key, String fallback);

    /** A boolean, or {@code fallback} if the key is absent. */
    boolean bool(String key, boolean fallback);

    /** Any integer type, as an int in {@code min..max} inclusive. */
    int integer(String key, int min, int max);

    /** Any integer type, as an int in {@code min..max} inclusive, or {@code fallback} if the key is absent. */
    int integer(String key, int min, int max, int fallback);

    /** Whether the key holds the value for "no id": -1, or all bits set in an unsigned type. */
    boolean isNoId(String key);

    /** f32 or f64, finite. */
    float number(String key);

    /** f32 or f64, finite, or {@code fallback} if the key is absent. */
    float number(String key, float fallback);

    /** An array of strings. Elements that are not valid UTF-8 are replaced as {@code String(byte[], UTF_8)} does. */
    List<String> strings(String key);

    /** An array of strings as raw bytes, element by element (tokenizer pieces need not be valid UTF-8). */
    byte[][] byteStrings(String key);

    /** An array of f32. */
    float[] floats(String key);

    /** An array of any integer type whose values fit an int. */
    int[] integers(String key);

    /** An array of booleans. */
    boolean[] bools(String key);

    /** Whether the key is present and its value is an array. */
    boolean isArray(String key);

    /** Number of elements of an array. */
    int length(String key);

    /** The value as shortened text, for {@code inspect}. */
    String describe(String key);
}
