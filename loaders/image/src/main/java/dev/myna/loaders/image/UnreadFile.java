// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Says what a file is that Myna does not read as an image, from its bytes, and what to do. */
final class UnreadFile {
    private static final String SAVE = "save it as PNG or JPEG";
    private static final String EXPORT = "export it as PNG or JPEG";
    private static final String FRAME = "save a frame of it as PNG or JPEG";
    private static final String UNPACK = "unpack it and name an image in it";
    private static final String NAME_AN_IMAGE = "name an image file";

    /** Number of bytes that are searched for words: PDF and SVG allow other bytes before them. */
    private static final int HEAD = 4096;

    private UnreadFile() {}

    /**
     * @param offset position of the bytes
     * @param bytes as Latin-1
     * @param what the file is
     * @param advice what to do
     */
    private record Signature(int offset, String bytes, String what, String advice) {}

    private static final List<Signature> SIGNATURES = List.of(
            new Signature(0, "\0\0\0\fjP  \r\n\u0087\n", "JPEG 2000", SAVE),
            new Signature(0, "\u00ff\u004f\u00ff\u0051", "JPEG 2000 (a bare codestream)", SAVE),
            new Signature(0, "\0\0\0\fJXL \r\n\u0087\n", "JPEG XL", SAVE),
            new Signature(0, "\u00ff\n", "JPEG XL (a bare codestream)", SAVE),
            new Signature(0, "8BPS", "a Photoshop document (PSD)", EXPORT),
            new Signature(0, "gimp xcf", "a GIMP document (XCF)", EXPORT),
            new Signature(0, "v/1\u0001", "OpenEXR", EXPORT),
            new Signature(0, "#?RADIANCE", "Radiance HDR", EXPORT),
            new Signature(0, "#?RGBE", "Radiance HDR", EXPORT),
            new Signature(0, "DDS ", "a DirectDraw texture (DDS)", EXPORT),
            new Signature(0, "qoif", "QOI", SAVE),
            new Signature(0, "icns", "an Apple icon (ICNS)", EXPORT),
            new Signature(0, "\u008aMNG", "MNG", FRAME),
            new Signature(0, "\u008bJNG", "JNG", SAVE),
            new Signature(0, "BPG\u00fb", "BPG", SAVE),
            new Signature(0, "FLIF", "FLIF", SAVE),
            new Signature(0, "AT&TFORM", "DjVu", EXPORT),
            new Signature(0, "\u0001\u00da", "an SGI image", SAVE),
            new Signature(0, "\u0059\u00a6\u006a\u0095", "a Sun raster image", SAVE),
            new Signature(0, "\n\u0005\u0001", "PCX", SAVE),
            new Signature(0, "\u00d7\u00cd\u00c6\u009a", "a Windows metafile (WMF)", EXPORT),
            new Signature(40, " EMF", "a Windows metafile (EMF)", EXPORT),
            new Signature(128, "DICM", "DICOM", EXPORT),
            new Signature(0, "SIMPLE  =", "FITS", EXPORT),
            new Signature(0, "FUJIFILMCCD-RAW", "a raw photograph (RAF)", EXPORT),
            new Signature(0, "IIRO", "a raw photograph (ORF)", EXPORT),
            new Signature(0, "IIU\0", "a raw photograph (RW2)", EXPORT),
            new Signature(0, "FOVb", "a raw photograph (X3F)", EXPORT),
            new Signature(0, "BA", "an array of OS/2 bitmaps", SAVE),
            new Signature(0, "%!PS", "PostScript", EXPORT),
            new Signature(0, "\u00c5\u00d0\u00d3\u00c6", "PostScript (EPS)", EXPORT),
            new Signature(0, "\u001aE\u00df\u00a3", "a video (WebM or Matroska)", FRAME),
            new Signature(0, "FLV\u0001", "a video (FLV)", FRAME),
            new Signature(0, "0&\u00b2u\u008ef\u00cf\u0011", "a video (WMV)", FRAME),
            new Signature(0, "\0\0\u0001\u00ba", "a video (MPEG)", FRAME),
            new Signature(0, "\0\0\u0001\u00b3", "a video (MPEG)", FRAME),
            new Signature(0, "OggS", "an Ogg file (sound or video)", NAME_AN_IMAGE),
            new Signature(0, "ID3", "a sound file (MP3)", NAME_AN_IMAGE),
            new Signature(0, "fLaC", "a sound file (FLAC)", NAME_AN_IMAGE),
            new Signature(0, "GGUF", "a model (GGUF)", "name models with -m or --mmproj, and an image here"),
            new Signature(0, "PK\u0003\u0004", "a zip archive, or a document that is one", UNPACK),
            new Signature(0, "PK\u0005\u0006", "an empty zip archive", NAME_AN_IMAGE),
            new Signature(0, "\u001f\u008b", "compressed with gzip", UNPACK),
            new Signature(0, "BZh", "compressed with bzip2", UNPACK),
            new Signature(0, "\u00fd7zXZ\0", "compressed with xz", UNPACK),
            new Signature(0, "(\u00b5/\u00fd", "compressed with zstd", UNPACK),
            new Signature(0, "7z\u00bc\u00af\u0027\u001c", "a 7z archive", UNPACK),
            new Signature(0, "Rar!\u001a\u0007", "a RAR archive", UNPACK),
            new Signature(257, "ustar", "a tar archive", UNPACK),
            new Signature(0, "\u007fELF", "a program", NAME_AN_IMAGE),
            new Signature(0, "MZ", "a program", NAME_AN_IMAGE),
            new Signature(
                    0,
                    "version https://git-lfs.github.com/spec",
                    "a Git LFS pointer, which stands for the file",
                    "fetch the file itself with 'git lfs pull'"),
            new Signature(
                    0,
                    "iVBORw0KGgo",
                    "the base64 text of a PNG",
                    "decode it into a file first, for example with 'base64 -d'"),
            new Signature(
                    0,
                    "/9j/",
                    "the base64 text of a JPEG",
                    "decode it into a file first, for example with 'base64 -d'"));

    /** As in "it is HEIC; save it as PNG or JPEG". */
    static String describe(byte[] file) {
        if (file.length == 0) {
            return "it is empty; copy, download or save the image again";
        }
        boolean readable = Signatures.isText(file);
        for (Signature signature : SIGNATURES) {
            // Two or three letters also begin ordinary words.
            boolean word = readable && signature.bytes().matches("[A-Za-z0-9]{2,3}");
            if (!word && Signatures.at(file, signature.offset(), signature.bytes())) {
                return it(signature.what(), signature.advice());
            }
        }
        if (Signatures.at(file, 4, "ftyp")) {
            return media(file);
        }
        if (Signatures.at(file, 0, "RIFF") || Signatures.at(file, 0, "RIFX")) {
            return riff(file);
        }
        if (Signatures.at(file, 0, "(\0\0\0") && Signatures.at(file, 12, "\u0001\0")) {
            return it("a bitmap without a file header (DIB)", SAVE);
        }
        String icon = icon(file);
        if (icon != null) {
            return it(icon, EXPORT);
        }
        if (Signatures.head(file, HEAD).contains("%PDF-")) {
            return it("PDF", "export the page as PNG or JPEG");
        }
        if (isAnymap(file)) {
            return it("a portable anymap (PNM: PBM, PGM, PPM)", SAVE);
        }
        String text = text(file);
        if (text != null) {
            return describeText(text);
        }
        if (isTarga(file)) {
            return it("TGA", SAVE);
        }
        if (Signatures.at(file, 8, "{\"")) {
            return it("weights of a model (safetensors)", NAME_AN_IMAGE);
        }
        for (byte b : file) {
            if (b != 0) {
                return "its first bytes are unknown; " + SAVE;
            }
        }
        return "it holds nothing but zeros, like an unfinished download; copy or download it again";
    }

    private static String it(String what, String advice) {
        return "it is " + what + "; " + advice;
    }

    /** Formats with MP4's boxes have a brand of four letters. */
    private static String media(byte[] file) {
        String brands = Signatures.head(file, 64).substring(8);
        String major = brands.substring(0, Math.min(4, brands.length()));
        if (brands.contains("avif") || brands.contains("avis")) {
            return it("AVIF", SAVE);
        } else if (brands.contains("heic")
                || brands.contains("heix")
                || brands.contains("hevc")
                || brands.contains("heim")
                || brands.contains("heis")
                || brands.contains("mif1")
                || brands.contains("msf1")) {
            return it("HEIC/HEIF, as telephones save photographs", SAVE);
        } else if (major.startsWith("crx")) {
            return it("a raw photograph (CR3)", EXPORT);
        } else if (major.startsWith("jp") || major.startsWith("mj")) {
            return it("JPEG 2000", SAVE);
        } else if (major.startsWith("jxl")) {
            return it("JPEG XL", SAVE);
        } else if (major.startsWith("M4A") || major.startsWith("M4B")) {
            return it("a sound file (MP4)", NAME_AN_IMAGE);
        }
        return it(major.startsWith("qt") ? "a video (QuickTime)" : "a video (MP4)", FRAME);
    }

    private static String riff(byte[] file) {
        if (Signatures.at(file, 8, "AVI ")) {
            return it("a video (AVI)", FRAME);
        }
        return Signatures.at(file, 8, "WAVE") ? it("a sound file (WAV)", NAME_AN_IMAGE) : it("a RIFF file", SAVE);
    }

    /** ICO and CUR: a count of images follows, and for each an entry whose fourth byte is 0. */
    private static String icon(byte[] file) {
        boolean icon = Signatures.at(file, 0, "\0\0\u0001\0");
        boolean cursor = Signatures.at(file, 0, "\0\0\u0002\0");
        boolean counted = file.length > 6 && file[5] == 0 && file[4] > 0;
        return !counted
                ? null
                : icon ? "a Windows icon (ICO)" : cursor && !isTarga(file) ? "a Windows cursor (CUR)" : null;
    }

    /** The letter P, a digit, white space, and a size or a comment. */
    private static boolean isAnymap(byte[] file) {
        return Signatures.head(file, 16).matches("(?s)P[1-7Ff]\\s+[0-9#-].*|(?s)P7\\s+WIDTH.*");
    }

    /** TGA has no signature, only a footer in version 2; the fields of the header must be valid together. */
    private static boolean isTarga(byte[] file) {
        if (Signatures.at(file, file.length - 18, "TRUEVISION-XFILE.\0")) {
            return true;
        }
        if (file.length < 18) {
            return false;
        }
        int kind = file[2] & 0xff;
        int bits = file[16] & 0xff;
        boolean known = kind >= 1 && kind <= 3 || kind >= 9 && kind <= 11;
        boolean size = (file[12] | file[13]) != 0 && (file[14] | file[15]) != 0;
        boolean depth = bits == 8 || bits == 15 || bits == 16 || bits == 24 || bits == 32;
        boolean mapped = file[1] == (kind == 1 || kind == 9 ? 1 : 0);
        return known && size && depth && mapped && (file[17] & 0xc0) == 0;
    }

    /** The first bytes as text, in lower case and without byte order mark; null if they are not text. */
    private static String text(byte[] file) {
        String text;
        if (Signatures.at(file, 0, "\u00ff\u00fe") || Signatures.at(file, 0, "\u00fe\u00ff")) {
            text = new String(file, 0, Math.min(file.length, HEAD) & ~1, StandardCharsets.UTF_16);
        } else if (Signatures.isText(file)) {
            int mark = Signatures.at(file, 0, "\u00ef\u00bb\u00bf") ? 3 : 0;
            text = new String(file, mark, Math.min(file.length, HEAD) - mark, StandardCharsets.UTF_8);
        } else {
            return null;
        }
        return text.strip().toLowerCase(Locale.ROOT);
    }

    private static String describeText(String text) {
        if (text.startsWith("data:image/")) {
            return it("a data: URL", "decode what follows its comma into a file first");
        }
        boolean page = text.startsWith("<!doctype html") || text.startsWith("<html");
        if (!page && text.contains("<svg")) {
            return it("SVG", "export it as PNG");
        }
        if (page || text.contains("<html") || text.contains("<head") || text.contains("<body")) {
            return it("a web page", "download the image itself, not a page that shows it or asks to log in");
        }
        if (text.startsWith("/* xpm") || text.startsWith("#define ")) {
            return it("XPM or XBM", SAVE);
        }
        if (text.startsWith("<?xml") || text.startsWith("{") || text.startsWith("[")) {
            return it("XML or JSON text", NAME_AN_IMAGE);
        }
        return it("text", NAME_AN_IMAGE);
    }
}
