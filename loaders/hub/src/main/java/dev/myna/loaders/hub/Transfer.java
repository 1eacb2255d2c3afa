// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.hub.HubClient.Response;
import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.loaders.hub.PartFile.DiskException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Completes a download: resumes it, retries after failures, and fails if there is no progress. */
final class Transfer {
    /** Progress in bytes after which earlier failures no longer count. */
    private static final long PROGRESS_BYTES = 1 << 20;

    private static final long MAX_WAIT_SECONDS = 60;
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");
    private static final Pattern ENTITY_TAG = Pattern.compile("\"[\\x21\\x23-\\x7e]{1,200}\"");

    private final HubClient client;
    private final HubOptions options;
    private final Expected expected;
    private final List<URI> urls;
    private final PartFile part;
    private final LongConsumer progress;
    private Optional<String> commit = Optional.empty();
    private boolean withoutRange;

    /** @param progress receives the number of bytes received, a few times a second; an exception ends the transfer */
    Transfer(HubClient client, HubOptions options, HubFile file, PartFile part, LongConsumer progress) {
        this.client = client;
        this.options = options;
        this.expected = new Expected(file);
        this.urls = file.urls().stream().map(options::resolve).toList();
        this.part = part;
        this.progress = progress;
        if (urls.isEmpty()) {
            throw new HubException(Fault.MODEL, file.name() + ": no address is known for it");
        }
    }

    /** An attempt failed for a temporary reason. */
    static final class RetryableException extends IOException {
        private static final long serialVersionUID = 1L;

        private final transient Duration wait;

        RetryableException(String message, Duration wait, Throwable cause) {
            super(message, cause);
            this.wait = wait;
        }

        RetryableException(String message) {
            this(message, Duration.ZERO, null);
        }
    }

    /** The commit id of the file's revision, if the server sent it. */
    Optional<String> commit() {
        return commit;
    }

    /**
     * Runs until all bytes are received.
     *
     * @throws HubException if the server refuses, or its file is another one
     * @throws IOException if the disk fails
     */
    void run() throws IOException {
        long before = part.done();
        int failures = 0;
        while (!part.complete()) {
            URI url = urls.get(failures % urls.size());
            try {
                attempt(url);
            } catch (HubException e) {
                // Another URL may have the file.
                if (e.fault() != Fault.DOWNLOAD || failures + 1 >= urls.size()) {
                    throw e;
                }
                failures++;
            } catch (DiskException e) {
                throw e.getCause() instanceof IOException io ? io : e;
            } catch (IOException e) {
                failures = part.done() - before >= PROGRESS_BYTES ? 1 : failures + 1;
                before = part.done();
                if (failures >= options.attempts()) {
                    throw new HubException(
                            Fault.DOWNLOAD,
                            HubClient.shown(url) + ": " + e.getMessage() + " (" + failures
                                    + " attempts; what has arrived is kept: run the same command again)",
                            e);
                }
                pause(failures, e instanceof RetryableException passing ? passing.wait : Duration.ZERO);
            }
        }
        part.save();
    }

    /** Waits before the next attempt; the listener may stop it. */
    private void pause(int failures, Duration asked) throws IOException {
        long nanos = Math.max(asked.toNanos(), options.backoff().toNanos() << Math.min(failures - 1, 5));
        long end = System.nanoTime() + nanos;
        try {
            for (long left = nanos; left > 0; left = end - System.nanoTime()) {
                progress.accept(part.done());
                Thread.sleep(Duration.ofNanos(Math.min(left, 100_000_000)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DiskException(new FileSystemException(part.path().toString(), null, "interrupted"));
        }
    }

    private void attempt(URI url) throws IOException {
        if (part.done() > 0 && !mayJoin(part.validator())) {
            part.reset();
        }
        try (Connections connections = new Connections(part, options, progress, index -> ask(url, index))) {
            int index = firstMissing();
            Response response = client.get(url, headers(index));
            try {
                begin(response, url, index);
            } catch (IOException | RuntimeException e) {
                response.close();
                throw e;
            }
            connections.run(response, index, response.status() == 206 ? options.connections() : 1);
        }
    }

    /** Whether parts received at different times may be joined: a change of the file must be detected, now or at the end. */
    private boolean mayJoin(Optional<String> validator) {
        return validator.isPresent() || expected.file().verifiable();
    }

    private int firstMissing() {
        for (int i = 0; i < part.chunkCount(); i++) {
            if (part.position(i) < part.end(i)) {
                return i;
            }
        }
        return 0;
    }

    /** Headers that request the rest of a chunk, from the same version of the file as the earlier chunks. */
    private Map<String, String> headers(int index) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (withoutRange) {
            return headers;
        }
        if (part.started()) {
            headers.put("Range", "bytes=" + part.position(index) + "-" + (part.end(index) - 1));
            part.validator().ifPresent(text -> headers.put("If-Range", text));
        } else {
            headers.put("Range", "bytes=0-" + (options.chunkBytes() - 1));
        }
        return headers;
    }

    /** Checks the first response of an attempt and prepares the part for its body. */
    private void begin(Response response, URI url, int index) throws IOException {
        ResponseCheck.check(response, url, expected.file().name());
        commit = commit.or(response::commit);
        if (response.status() == 416) {
            withoutRange = true;
            part.reset();
            throw new RetryableException("the server refuses the range");
        }
        if (response.status() == 206) {
            long total = total(response, part.started() ? part.position(index) : 0);
            if (!part.started()) {
                if (total > options.chunkBytes() && !mayJoin(validator(response))) {
                    withoutRange = true;
                    throw new RetryableException("the server does not tell versions of the file apart");
                }
                expected.check(total);
                requireRoom(total);
                part.start(total, validator(response), options.chunkBytes());
            } else if (total != part.size() || !sameVersion(response)) {
                part.reset();
                throw new RetryableException("the file has changed on the server");
            }
            return;
        }
        long length = length(response);
        if (length < 0) {
            throw new HubException(
                    Fault.DOWNLOAD, HubClient.shown(url) + ": the server does not say how long the file is: refused");
        }
        expected.check(length);
        requireRoom(length);
        part.start(length, validator(response), length);
    }

    /** The announced length, else the expected one; -1 if neither is known. */
    private long length(Response response) {
        return response.header("Content-Length")
                .filter(text -> text.matches("\\d{1,18}"))
                .map(Long::parseLong)
                .orElse(expected.file().size().orElse(-1));
    }

    /** Whether a later response is of the same version of the file, as far as the server tells. */
    private boolean sameVersion(Response response) {
        Optional<String> now = validator(response);
        return now.isEmpty() || part.validator().isEmpty() || now.equals(part.validator());
    }

    private void requireRoom(long bytes) throws IOException {
        long free = Files.getFileStore(part.path()).getUsableSpace();
        if (bytes > free) {
            throw new DiskException(new FileSystemException(
                    part.path().toString(), null, bytes + " bytes are needed, but only " + free + " are free"));
        }
    }

    /** The next request of a connection. */
    private Response ask(URI url, int index) throws IOException {
        Response response = client.get(url, headers(index));
        try {
            ResponseCheck.check(response, url, expected.file().name());
            if (response.status() != 206) {
                throw new RetryableException("the server has stopped sending parts of the file");
            }
            if (total(response, part.position(index)) != part.size() || !sameVersion(response)) {
                throw new RetryableException("the file changes on the server");
            }
            return response;
        } catch (IOException | RuntimeException e) {
            response.close();
            throw e;
        }
    }

    /** The file's length from a response that must begin at {@code start}. */
    private static long total(Response response, long start) throws IOException {
        Matcher range = CONTENT_RANGE.matcher(response.header("Content-Range").orElse(""));
        if (!range.matches()
                || Long.parseLong(range.group(1)) != start
                || Long.parseLong(range.group(2)) < start
                || Long.parseLong(range.group(2)) >= Long.parseLong(range.group(3))) {
            throw new RetryableException("the server sends another part of the file than was asked for");
        }
        return Long.parseLong(range.group(3));
    }

    /** A strong entity tag, or else a date; empty if the server gives none. */
    private static Optional<String> validator(Response response) {
        return response.header("ETag")
                .filter(tag -> ENTITY_TAG.matcher(tag).matches())
                .or(() -> response.header("Last-Modified").filter(date -> date.matches("[\\x20-\\x7e]{10,60}")));
    }

    /** The server's {@code Retry-After}, limited. */
    static Duration retryAfter(Response response) {
        return response.header("Retry-After")
                .filter(text -> text.matches("\\d{1,6}"))
                .map(text -> Duration.ofSeconds(Math.min(Long.parseLong(text), MAX_WAIT_SECONDS)))
                .orElse(Duration.ZERO);
    }
}
