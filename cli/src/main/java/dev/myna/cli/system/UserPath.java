// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.system;

import dev.myna.engine.error.RequestException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A file as people name it: a path, a path below {@code ~} that no shell has expanded ({@code --image=~/a.png}), or a {@code file:}
 * URI (RFC 8089). A name that is a file as it stands always means that file.
 */
public final class UserPath {
    private static final String SCHEME = "file:";

    private UserPath() {}

    /** For options and arguments of type {@link Path}. */
    public static final class Converter implements ITypeConverter<Path> {
        @Override
        public Path convert(String text) {
            try {
                Path path = of(text);
                if (path.getFileName() == null) {
                    throw new TypeConversionException("'" + text + "' is a folder, not a file");
                }
                return path;
            } catch (RequestException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** @throws RequestException if this cannot be a file name */
    public static Path of(String text) {
        return of(text, UserFolders.ofProcess());
    }

    /** The same for another user. */
    public static Path of(String text, UserFolders folders) {
        if (text.isEmpty()) {
            throw new RequestException("the file name is empty");
        }
        if (text.regionMatches(true, 0, SCHEME, 0, SCHEME.length()) && !exists(text)) {
            return ofUri(text);
        }
        boolean belowHome = text.equals("~") || text.startsWith("~/");
        if (belowHome && !exists(text)) {
            return folders.home()
                    .map(home -> home.resolve(text.substring(Math.min(2, text.length()))))
                    .orElseThrow(() -> new RequestException(
                            "'" + text + "' needs a home folder, but there is none: write the whole path"));
        }
        return literal(text);
    }

    private static boolean exists(String text) {
        try {
            return Files.exists(Path.of(text), LinkOption.NOFOLLOW_LINKS);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static Path literal(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new RequestException("'" + text + "' cannot be a file name here: " + e.getReason());
        }
    }

    /** {@code file:///folder/a%20b.png}, {@code file:/folder/…} or {@code file://localhost/folder/…}. */
    private static Path ofUri(String text) {
        String rest = text.substring(SCHEME.length());
        if (rest.startsWith("//")) {
            int path = rest.indexOf('/', 2);
            String host = rest.substring(2, path < 0 ? rest.length() : path).toLowerCase(Locale.ROOT);
            if (path < 0 || !host.isEmpty() && !host.equals("localhost")) {
                throw new RequestException("'" + text + "' names a file of the machine '" + host
                        + "': a file of this machine is written file:///folder/name, or without file:");
            }
            rest = rest.substring(path);
        }
        if (!rest.startsWith("/")) {
            throw new RequestException("'" + text + "' is not a file: URI: write file:///folder/name");
        }
        String decoded = decoded(rest, text);
        // A drive of Windows: file:///C:/folder.
        return literal(decoded.matches("/[A-Za-z]:/.*") ? decoded.substring(1) : decoded);
    }

    /** Percent-encoded bytes are UTF-8; what is not encoded stands for itself. */
    private static String decoded(String path, String uri) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != '%') {
                out.write(bytes[i]);
                continue;
            }
            int high = i + 2 <= bytes.length - 1 ? Character.digit(bytes[i + 1], 16) : -1;
            int low = i + 2 <= bytes.length - 1 ? Character.digit(bytes[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
                throw new RequestException(
                        "'" + uri + "': a % must be followed by two hexadecimal digits (%25 is % itself)");
            }
            out.write(high << 4 | low);
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(out.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new RequestException("'" + uri + "': the bytes that % encodes are not UTF-8");
        }
    }
}
