// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which file is this? Each refusal names what the file is and says what to do. */
class UnreadFileTest {
    /** Bytes as text, {@code ~00} for those that cannot be printed; then what the message must say, and the advice. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = true,
            value = {
                "~00~00~00~18ftypheic~00~00~00~00mif1heic   | HEIC             | save it as",
                "~00~00~00~18ftypmif1~00~00~00~00mif1heic   | HEIC             | save it as",
                "~00~00~00~1cftypmif1~00~00~00~00miafavif   | AVIF             | save it as",
                "~00~00~00~1cftypavif~00~00~00~00mif1miaf   | AVIF             | save it as",
                "~00~00~00~18ftypcrx ~00~00~00~01crx isom   | CR3              | export it",
                "~00~00~00~14ftypqt  ~00~00~00~00qt        | video (QuickTime) | frame",
                "~00~00~00~18ftypisom~00~00~02~00isommp41   | video (MP4)      | frame",
                "~00~00~00~18ftypM4A ~00~00~02~00isomiso2   | sound            | name an image",
                "~00~00~00~0cjP  ~0d~0a~87~0a~00~00~00~14ftypjp2 | JPEG 2000   | save it as",
                "~ff~4f~ff~51~00~2f                         | JPEG 2000        | save it as",
                "~00~00~00~0cJXL ~0d~0a~87~0a               | JPEG XL          | save it as",
                "~ff~0a~fa~7f                               | JPEG XL          | save it as",
                "~00~00~01~00~01~00~10~10~00~00             | ICO              | export it",
                "~00~00~02~00~01~00~20~20~00~00             | CUR              | export it",
                "8BPS~00~01~00~00                           | Photoshop        | export it",
                "P6~0a3 2~0a255~0a~00~01~02                 | PNM              | save it as",
                "P2 # comment                               | PNM              | save it as",
                "~00~00~02~00~00~00~00~00~00~00~00~00~04~00~04~00~18~00~01~02 | TGA | save it as",
                "~1aE~df~a3~01                              | video (WebM      | frame",
                "RIFF~00~00~00~00AVI LIST                   | video (AVI)      | frame",
                "RIFF~00~00~00~00WAVEfmt                    | sound            | name an image",
                "GGUF~03~00~00~00                           | GGUF             | --mmproj",
                "PK~03~04~14~00                             | zip archive      | unpack",
                "~1f~8b~08~00                               | gzip             | unpack",
                "version https://git-lfs.github.com/spec/v1 | Git LFS pointer  | git lfs pull",
                "%PDF-1.7~0a~25~e2                          | PDF              | export the page",
                "~0a~0a%PDF-1.4                             | PDF              | export the page",
                "%!PS-Adobe-3.0                             | PostScript       | export it",
                "data:image/png;base64,iVBORw0KGgo          | data: URL        | decode",
                "iVBORw0KGgoAAAANSUhEUg                     | base64           | base64 -d",
                "/9j/4AAQSkZJRgABAQ                         | base64           | base64 -d",
                "qoif~00~00~00~01                           | QOI              | save it as",
                "v/1~01~02~00                               | OpenEXR          | export it",
                "(~00~00~00~04~00~00~00~04~00~00~00~01~00~18~00 | DIB          | save it as",
                "{'error': 'not found'}                     | JSON             | name an image",
                "BMW builds cars, and this is a letter      | text             | name an image",
                "BAD news, and ID3 is a tag                 | text             | name an image",
                "MM, II and GIF are abbreviations           | text             | name an image",
                "~00~00~00~00~00~00                         | nothing but zeros| download",
                "~12~34~56~78~9a                            | unknown          | save it as",
            })
    void isNamed(String bytes, String what, String advice) {
        StringBuilder latin1 = new StringBuilder();
        for (int i = 0; i < bytes.length(); i++) {
            boolean escaped = bytes.charAt(i) == '~';
            latin1.append(escaped ? (char) Integer.parseInt(bytes.substring(i + 1, i + 3), 16) : bytes.charAt(i));
            i += escaped ? 2 : 0;
        }
        assertNamed(latin1.toString().getBytes(StandardCharsets.ISO_8859_1), what, advice);
    }

    @Test
    void svgIsRecognizedWithAnyBeginning() {
        String svg = "<svg xmlns='http://www.w3.org/2000/svg'/>";
        for (String before : new String[] {"", "\n \t", "<?xml version='1.0'?>\n<!-- drawn by hand -->\n", "\ufeff"}) {
            for (Charset charset : new Charset[] {StandardCharsets.UTF_8, StandardCharsets.UTF_16}) {
                assertNamed((before + svg).getBytes(charset), "SVG", "PNG");
            }
        }
        assertNamed("<!DOCTYPE html><p><svg/>".getBytes(StandardCharsets.UTF_8), "web page", "download");
        assertNamed("\r\n<HTML><BODY>Log in".getBytes(StandardCharsets.UTF_8), "web page", "download");
    }

    @Test
    void partialSignaturesAreTruncatedImages() {
        for (String format : new String[] {"PNG", "GIF", "JPEG", "WebP", "TIFF"}) {
            byte[] beginning = switch (format) {
                case "PNG" -> new byte[] {(byte) 0x89, 'P', 'N'};
                case "GIF" -> new byte[] {'G', 'I', 'F', '8'};
                case "JPEG" -> new byte[] {(byte) 0xff, (byte) 0xd8};
                case "WebP" -> new byte[] {'R', 'I', 'F', 'F', 9};
                default -> new byte[] {'I', 'I', '*'};
            };
            assertNamed(beginning, format + " data end early", "download");
        }
    }

    private static void assertNamed(byte[] file, String what, String advice) {
        String message = assertThrows(ImageException.class, () -> ImageDecoder.decode(file, "x"))
                .getMessage();
        assertTrue(message.contains(what), message);
        assertTrue(message.contains("; ") && message.contains(advice), message);
        assertFalse(message.contains("\n"), message);
    }
}
