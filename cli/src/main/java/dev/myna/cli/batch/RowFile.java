// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import dev.myna.cli.terminal.Failure;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file of rows that gets its name when it is complete; until then it ends with {@code .part}. */
final class RowFile implements BatchLoop.Sink, AutoCloseable {
    private final Path file;
    private final Path part;
    private final FileDescriptor descriptor;
    private final OutputStream out;

    RowFile(Path file) throws IOException {
        this.file = file;
        this.part = file.resolveSibling(file.getFileName() + ".part");
        FileOutputStream stream = new FileOutputStream(part.toFile());
        this.descriptor = stream.getFD();
        this.out = new BufferedOutputStream(stream);
    }

    @Override
    public void row(String json, boolean flush) throws IOException {
        try {
            out.write((json + "\n").getBytes(StandardCharsets.UTF_8));
            if (flush) {
                out.flush();
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Gives it its name. */
    void complete() throws IOException {
        try {
            out.flush();
            descriptor.sync();
            out.close();
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private IOException failure(IOException e) {
        return new IOException(
                part + " cannot be written: " + Failure.reason(e)
                        + "; rows so far are in the journal, run again to go on",
                e);
    }

    @Override
    public void close() throws IOException {
        try {
            out.close();
        } catch (IOException e) {
            // A full disk: the first failure has said so.
        }
    }
}
