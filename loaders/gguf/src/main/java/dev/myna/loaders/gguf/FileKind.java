// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what a file is that is not a model: from its first bytes, or from the metadata of a GGUF file. Each answer is part of
 * one line and ends with what to do.
 */
public final class FileKind {
    /** Number of bytes that are examined. */
    private static final int HEAD = 4096;

    private static final int SHOWN = 40;
    private static final long MAX_SAFETENSORS_HEADER = 1L << 30;
    private static final String CONVERT = "; convert the folder of its checkpoint with: myna convert FOLDER";
    private static final Pattern LFS_SIZE = Pattern.compile("\\nsize (\\d{1,19})\\b");

    private FileKind() {}

    /** The first bytes of a kind of file, and its description. */
    private record Signature(String kind, int offset, int... bytes) {
        boolean matches(byte[] head) {
            if (head.length < offset + bytes.length) {
                return false;
            }
            for (int i = 0; i < bytes.length; i++) {
                if ((head[offset + i] & 0xFF) != bytes[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    private static Signature text(String kind, String ascii) {
        return at(0, kind, ascii);
    }

    private static Signature at(int offset, String kind, String latin1) {
        return new Signature(kind, offset, latin1.chars().toArray());
    }

    private static String image(String format) {
        return "this is an image (" + format + "), not a model; images are passed with --image";
    }

    private static String archive(String format) {
        return "this is " + format + "; unpack it first";
    }

    private static String old(String format) {
        return "this is a model in the old " + format + " format, from before GGUF; get it as GGUF, or convert the"
                + " original checkpoint with: myna convert FOLDER";
    }

    private static final List<Signature> SIGNATURES = List.of(
            text(old("ggml"), "lmgg"),
            text(old("ggmf"), "fmgg"),
            text(old("ggjt"), "tjgg"),
            text(
                    "this is a LoRA adapter in the old ggla format; adapters are not supported: merge it into its model",
                    "algg"),
            text(image("JPEG"), "\u00ff\u00d8\u00ff"),
            text(image("PNG"), "\u0089PNG\r\n"),
            text(image("GIF"), "GIF8"),
            text(image("TIFF"), "II*\0"),
            text(image("TIFF"), "MM\0*"),
            text(image("JPEG 2000"), "\0\0\0\u000cjP  "),
            at(4, image("HEIC or AVIF"), "ftyp"),
            at(8, image("WebP"), "WEBP"),
            text("this is a PDF document, not a model", "%PDF-"),
            text(archive("a gzip archive"), "\u001f\u008b"),
            text(archive("an xz archive"), "\u00fd7zXZ\0"),
            text(archive("a Zstandard archive"), "(\u00b5/\u00fd"),
            text(archive("a bzip2 archive"), "BZh"),
            text(archive("a 7-Zip archive"), "7z\u00bc\u00af\u0027\u001c"),
            at(257, archive("a tar archive"), "ustar"),
            text("this is an HDF5 file (Keras), not a GGUF file" + CONVERT, "\u0089HDF"),
            text("this is a NumPy array, not a model", "\u0093NUMPY"));

    /** What a file is if it is not a GGUF file; empty if it is one, or if there are too few bytes to decide. */
    public static Optional<String> other(MemorySegment bytes) {
        byte[] head = bytes.asSlice(0, Math.min(HEAD, bytes.byteSize())).toArray(ValueLayout.JAVA_BYTE);
        if (head.length == 0) {
            return Optional.of("the file is empty; fetch it again");
        }
        boolean begun = "GGUF".startsWith(new String(head, 0, Math.min(4, head.length), StandardCharsets.ISO_8859_1));
        return begun ? Optional.empty() : Optional.of(describe(head, bytes.byteSize()));
    }

    /**
     * What a file is that is not a GGUF file.
     *
     * @param head its first bytes
     * @param size bytes of the whole file
     */
    private static String describe(byte[] head, long size) {
        if (zeros(head)) {
            return "the file begins with " + head.length
                    + " zero bytes and no GGUF header: its room was taken but never" + " filled; fetch it again";
        }
        for (Signature signature : SIGNATURES) {
            if (signature.matches(head)) {
                return signature.kind();
            }
        }
        String latin1 = new String(head, StandardCharsets.ISO_8859_1);
        return zip(latin1)
                .or(() -> pickle(head))
                .or(() -> safetensors(head, size))
                .or(() -> importance(head))
                .or(() -> sentencePiece(latin1))
                .or(() -> text(head))
                .or(() -> bitmap(head, size))
                .orElseGet(() -> "the file starts with bytes " + hex(head)
                        + ", not with 47475546 (\"GGUF\"); it is no GGUF file");
    }

    private static boolean zeros(byte[] head) {
        for (byte value : head) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    private static String hex(byte[] head) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < Math.min(4, head.length); i++) {
            hex.append(String.format(Locale.ROOT, "%02x", head[i]));
        }
        return hex.toString();
    }

    private static Optional<String> zip(String head) {
        if (!head.startsWith("PK\u0003\u0004") && !head.startsWith("PK\u0005\u0006")) {
            return Optional.empty();
        }
        boolean torch = head.contains("/data.pkl") || head.contains("/.format_version") || head.contains("/byteorder");
        return Optional.of(
                torch
                        ? "this is a PyTorch checkpoint file, not a GGUF file" + CONVERT
                        : archive("a zip archive") + "; it is no GGUF file");
    }

    /** Protocols 2 to 5, which begin with their number. */
    private static Optional<String> pickle(byte[] head) {
        return head.length > 2 && (head[0] & 0xFF) == 0x80 && head[1] >= 2 && head[1] <= 5
                ? Optional.of("this is a PyTorch checkpoint file (a Python pickle), not a GGUF file" + CONVERT)
                : Optional.empty();
    }

    private static Optional<String> safetensors(byte[] head, long size) {
        if (head.length < 10 || head[8] != '{') {
            return Optional.empty();
        }
        long length = MemorySegment.ofArray(head).get(GgufCursor.LONG, 0);
        return length >= 2 && length <= Math.min(MAX_SAFETENSORS_HEADER, Math.max(size, HEAD))
                ? Optional.of("this is a safetensors file, not a GGUF file" + CONVERT)
                : Optional.empty();
    }

    /** The older form: a count, then a length and the name of a tensor. */
    private static Optional<String> importance(byte[] head) {
        if (head.length < 16) {
            return Optional.empty();
        }
        MemorySegment bytes = MemorySegment.ofArray(head);
        int entries = bytes.get(GgufCursor.INT, 0);
        int length = bytes.get(GgufCursor.INT, 4);
        if (entries < 1 || entries > GgufHeader.MAX_ENTRIES || length < 1 || length > Math.min(256, head.length - 8)) {
            return Optional.empty();
        }
        String name = new String(head, 8, length, StandardCharsets.ISO_8859_1);
        return name.endsWith(".weight") ? Optional.of(IMPORTANCE) : Optional.empty();
    }

    private static final String IMPORTANCE =
            "this is an importance matrix, not a model; it is used with: myna quantize --imatrix FILE";

    private static Optional<String> sentencePiece(String head) {
        return head.length() > 16
                        && head.charAt(0) == '\n'
                        && head.substring(0, 16).contains("<unk>")
                ? Optional.of("this is a SentencePiece vocabulary (tokenizer.model), not a model" + CONVERT)
                : Optional.empty();
    }

    /** Well-formed text without control characters. The first bytes of weights are never that. */
    private static Optional<String> text(byte[] head) {
        String text = new String(head, StandardCharsets.UTF_8);
        boolean cut = head.length == HEAD;
        int end = cut ? Math.max(0, text.length() - 4) : text.length();
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c == '\uFFFD' || c < ' ' && c != '\n' && c != '\r' && c != '\t') {
                return Optional.empty();
            }
        }
        String begin = text.strip().replace("\uFEFF", "");
        String lower = begin.toLowerCase(Locale.ROOT);
        if (begin.startsWith("version https://git-lfs")) {
            Matcher size = LFS_SIZE.matcher(begin);
            return Optional.of("this is a Git LFS pointer, a note of where the model"
                    + (size.find() ? " (" + size.group(1) + " bytes)" : "")
                    + " lies, not the model: run \"git lfs pull\" in its folder, or download the file itself");
        }
        if (lower.startsWith("<!doctype html") || lower.startsWith("<html") || lower.startsWith("<head")) {
            return Optional.of(
                    "this is a web page (HTML), such as a login or an error page, not a model; fetch the file"
                            + " again from the address of the file itself");
        }
        if (lower.startsWith("<svg") || lower.startsWith("<?xml") && lower.contains("<svg")) {
            return Optional.of(image("SVG"));
        }
        if (lower.startsWith("<?xml")) {
            return Optional.of("this is an XML document, such as a server's error, not a model; fetch the file again");
        }
        if (begin.startsWith("{") || begin.startsWith("[")) {
            boolean index = begin.contains("\"weight_map\"");
            boolean config = begin.contains("\"architectures\"") || begin.contains("\"model_type\"");
            return Optional.of("this is a JSON file"
                    + (index ? " (the index of a checkpoint)" : config ? " (the configuration of a checkpoint)" : "")
                    + ", not a model"
                    + (index || config ? CONVERT : ""));
        }
        return Optional.of(
                "this is a text file, which begins with \"" + Text.line(begin, SHOWN) + "\"; it is no GGUF file");
    }

    /** Two letters are a weak signature, so the length after them must be right, too. */
    private static Optional<String> bitmap(byte[] head, long size) {
        return head.length > 26
                        && head[0] == 'B'
                        && head[1] == 'M'
                        && Integer.toUnsignedLong(MemorySegment.ofArray(head).get(GgufCursor.INT, 2)) == size
                ? Optional.of(image("BMP"))
                : Optional.empty();
    }

    /** What a folder holds that was named in place of a model file. */
    static String folder(Path folder) {
        List<String> models = new ArrayList<>();
        boolean checkpoint = false;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                checkpoint |= name.endsWith(".safetensors")
                        || name.equals("config.json")
                        || name.startsWith("pytorch_model") && name.endsWith(".bin");
                if (name.endsWith(".gguf")) {
                    models.add(name);
                }
            }
        } catch (IOException e) {
            return "this is a directory, not a GGUF file";
        }
        if (checkpoint) {
            return "this is a directory with a checkpoint, not a GGUF file; convert it with: myna convert FOLDER";
        }
        models.sort(null);
        return "this is a directory, not a GGUF file"
                + (models.isEmpty() ? "" : "; name a file in it, such as " + Text.line(models.getFirst(), Text.SHOWN));
    }

    /**
     * What a well-formed GGUF file is if it does not hold all weights of a model.
     *
     * @return empty for a model: a decoder or a vision file
     */
    public static Optional<String> otherThanModel(GgufFile file) {
        GgufMetadata metadata = file.metadata();
        String type = text(metadata, "general.type");
        String architecture = text(metadata, "general.architecture");
        if (type.equals("adapter") || metadata.has("adapter.type")) {
            return Optional.of("this is a LoRA adapter, not a model; adapters are not supported: merge it into its base"
                    + " model first");
        }
        if (type.equals("imatrix")
                || metadata.has("imatrix.chunk_count")
                || file.tensors().keySet().stream().anyMatch(name -> name.endsWith(".in_sum2"))) {
            return Optional.of(IMPORTANCE);
        }
        if (architecture.equals("controlvector")) {
            return Optional.of("this is a control vector, not a model; control vectors are not supported");
        }
        Split split = Split.of(metadata);
        if (split.count() > file.parts()) {
            return Optional.of("this is one of the " + split.count()
                    + " files of a model that was split (split.count); its name must end in " + split.ending()
                    + ", and the other parts must lie beside it");
        }
        String experts = architecture + ".expert_count";
        boolean mixture =
                file.tensors().keySet().stream().anyMatch(name -> name.startsWith("blk.") && name.contains("_exps."));
        if (mixture || metadata.has(experts) && metadata.integer(experts, 0, Integer.MAX_VALUE) > 0) {
            return Optional.of((metadata.has(experts) ? Text.line(experts, Text.SHOWN) + " is not 0: " : "")
                    + "this decoder is a mixture of experts; such decoders are not supported");
        }
        if (file.tensors().isEmpty()) {
            return Optional.of(
                    metadata.has("tokenizer.ggml.tokens")
                            ? "this file holds a vocabulary only and no weights: there is nothing to run"
                            : "this file holds no tensors: there is nothing to run");
        }
        return Optional.empty();
    }

    /** The string of a key; empty if the key is absent or has another type. The code that needs the key reports the error. */
    private static String text(GgufMetadata metadata, String key) {
        try {
            return metadata.string(key, "");
        } catch (GgufException e) {
            return "";
        }
    }
}
