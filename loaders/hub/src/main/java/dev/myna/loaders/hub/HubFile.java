// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.loaders.text.Text;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * A file of a model, and how to recognize it. Names and digests are checked, so they are safe as parts of a path.
 *
 * @param name without folders
 * @param size in bytes, if it is known exactly
 * @param approximateSize in bytes, to two or three digits, if only that is known
 * @param sha256 64 lower-case hexadecimal digits, if it is known
 * @param gitBlob the git object id that the host gives for small files: 40 lower-case hexadecimal digits
 * @param urls in the order of trial
 * @param source where the digests come from
 */
public record HubFile(
        Role role,
        String name,
        OptionalLong size,
        OptionalLong approximateSize,
        Optional<String> sha256,
        Optional<String> gitBlob,
        List<URI> urls,
        Source source) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern GIT = Pattern.compile("[0-9a-f]{40}");

    /** The role of a file; the name does not decide it. */
    public enum Role {
        decoder,
        mmproj,
        tokenizer,
        config,
        weights
    }

    /** The source of a file's description. */
    public enum Source {
        MANIFEST,
        /** The host that serves it. */
        HOST
    }

    /** @throws HubException if the name or a digest is malformed */
    public HubFile {
        requireName(name);
        sha256.ifPresent(HubFile::requireDigest);
        if (gitBlob.isPresent() && !GIT.matcher(gitBlob.get()).matches()) {
            throw new HubException(Fault.MODEL, name + ": " + Text.quote(gitBlob.get()) + " is no git object id");
        }
        urls = List.copyOf(urls);
    }

    /**
     * Checks that a text is a valid file name in the store.
     *
     * @throws HubException if it is not
     */
    static String requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new HubException(
                    Fault.MODEL,
                    Text.quote(name) + " is no file name of a model: letters, digits and ._- are, at most 128");
        }
        return name;
    }

    /**
     * Checks that a text is a SHA-256 digest.
     *
     * @throws HubException if it is not
     */
    static String requireDigest(String digest) {
        if (!SHA_256.matcher(digest).matches()) {
            throw new HubException(
                    Fault.MODEL, Text.quote(digest) + " is no SHA-256: 64 lower-case hexadecimal digits are");
        }
        return digest;
    }

    /** Whether a digest is known, so that wrong bytes are detected. */
    public boolean verifiable() {
        return sha256.isPresent() || gitBlob.isPresent();
    }

    /** Size in bytes, exact or approximate; 0 if unknown. */
    public long expectedBytes() {
        return size.orElse(approximateSize.orElse(0));
    }
}
