// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Encoded images in text: {@code data:} URIs (RFC 2397) and base64 (RFC 4648) as found in practice: with line breaks, without
 * padding, in the URL alphabet, percent-encoded, with a generic type. The content decides the format of an image; a declared
 * type is refused only if it is not an image type. Time and memory are linear in the text.
 */
public final class DataUrl {
    private static final String SCHEME = "data:";

    /** Maximum length of a header: a comma further on belongs to something else. */
    private static final int MAX_HEADER = 1000;

    /** Generic types. */
    private static final List<String> ANY = List.of("", "application/octet-stream", "binary/octet-stream");

    /** The first characters of PNG, JPEG, GIF and WebP in base64. */
    private static final List<String> BEGINNINGS = List.of("iVBORw0KGgo", "/9j/", "R0lGOD", "UklGR");

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private static final byte[] DIGITS = new byte[128];

    static {
        Arrays.fill(DIGITS, (byte) -1);
        for (int i = 0; i < ALPHABET.length(); i++) {
            DIGITS[ALPHABET.charAt(i)] = (byte) i;
        }
        DIGITS['-'] = 62;
        DIGITS['_'] = 63;
    }

    private DataUrl() {}

    /** Whether a text is a {@code data:} URI, even a malformed one. */
    public static boolean is(String url) {
        return url.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /** Whether a text that is not a URI begins like a PNG, JPEG, GIF or WebP in base64. */
    public static boolean isBareBase64(String text) {
        return BEGINNINGS.stream().anyMatch(text::startsWith);
    }

    /**
     * The encoded image of a {@code data:} URI.
     *
     * @throws ImageException if the URI is malformed, not of an image type, empty or larger than
     *     {@link ImageDecoder#MAX_ENCODED_BYTES}
     */
    public static byte[] decode(String url) {
        int comma = url.indexOf(',');
        if (!is(url) || comma < 0 || comma > MAX_HEADER) {
            throw new ImageException("a data: URI of an image must look like data:image/png;base64,iVBORw0KGgo...");
        }
        String header = url.substring(SCHEME.length(), comma).toLowerCase(Locale.ROOT);
        String[] parts = header.split(";", -1);
        requireImage(parts[0]);
        boolean base64 = false;
        for (int i = 1; i < parts.length; i++) {
            base64 |= parts[i].strip().equals("base64");
        }
        return base64 ? base64(url, comma + 1) : percentEncoded(url, comma + 1);
    }

    /**
     * Refuses types that are not image types.
     *
     * @param type a MIME type, with or without parameters; empty if unknown
     * @throws ImageException if it is another type
     */
    public static void requireImage(String type) {
        int end = type.indexOf(';');
        String bare = (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        if (!bare.startsWith("image/") && !ANY.contains(bare)) {
            throw new ImageException(
                    "the MIME type must be an image's, such as image/png, not '" + ImageDecoder.printable(bare) + "'");
        }
    }

    /**
     * The bytes of an encoded image in base64.
     *
     * @throws ImageException if it is damaged, empty or larger than {@link ImageDecoder#MAX_ENCODED_BYTES}
     */
    public static byte[] base64(String text) {
        return base64(text, 0);
    }

    private static byte[] base64(String text, int from) {
        byte[] bytes = new byte[(int) Math.min((text.length() - from) / 4L * 3 + 3, ImageDecoder.MAX_ENCODED_BYTES)];
        int length = 0;
        int bits = 0;
        int digits = 0;
        boolean padded = false;
        for (int i = from; i < text.length(); i++) {
            int at = i;
            int c = text.charAt(i);
            if (c == '%') {
                c = percent(text, i);
                i += 2;
            }
            if (c == ' ' || c >= '\t' && c <= '\r') {
                continue;
            }
            if (c == '=') {
                padded = true;
                continue;
            }
            int digit = c < DIGITS.length ? DIGITS[c] : -1;
            if (digit < 0 || padded) {
                throw new ImageException("the base64 data of the image are damaged: character " + (at - from + 1)
                        + " is " + (digit < 0 ? "U+%04X".formatted(c) : "behind the padding")
                        + "; letters, digits, + / and = are expected");
            }
            bits = bits << 6 | digit;
            if (++digits % 4 != 1) {
                if (length == bytes.length) {
                    throw tooLarge();
                }
                bytes[length++] = (byte) (bits >> 2 * (3 - (digits - 1) % 4));
            }
        }
        if (digits % 4 == 1) {
            throw new ImageException("the base64 data of the image end early");
        }
        return nonEmpty(bytes, length);
    }

    private static byte[] percentEncoded(String text, int from) {
        byte[] bytes = new byte[Math.min(text.length() - from, ImageDecoder.MAX_ENCODED_BYTES)];
        int length = 0;
        for (int i = from; i < text.length(); i++) {
            int c = text.charAt(i);
            if (c == '%') {
                c = percent(text, i);
                i += 2;
            } else if (c >= 0x80) {
                throw withoutBase64();
            }
            if (length == bytes.length) {
                throw tooLarge();
            }
            bytes[length++] = (byte) c;
        }
        // Every image has bytes that never occur in text. Without such bytes the data are undeclared base64.
        for (int i = 0; i < length; i++) {
            if (bytes[i] < '\t') {
                return Arrays.copyOf(bytes, length);
            }
        }
        throw withoutBase64();
    }

    private static ImageException withoutBase64() {
        return new ImageException("the data: URI is not said to be base64: write data:image/png;base64,iVBORw0KGgo...");
    }

    private static int percent(String text, int at) {
        int high = at + 2 < text.length() ? hexadecimal(text.charAt(at + 1)) : -1;
        int low = high < 0 ? -1 : hexadecimal(text.charAt(at + 2));
        if (low < 0) {
            throw new ImageException("the data: URI has a % without two hexadecimal digits");
        }
        return high << 4 | low;
    }

    private static int hexadecimal(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    private static byte[] nonEmpty(byte[] bytes, int length) {
        if (length == 0) {
            throw new ImageException("the data: URI holds no image");
        }
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    private static ImageException tooLarge() {
        return new ImageException("the image is larger than " + (ImageDecoder.MAX_ENCODED_BYTES >> 20)
                + " MiB; save it smaller or as JPEG");
    }
}
