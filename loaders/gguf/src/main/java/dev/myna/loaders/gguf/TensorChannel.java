// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import dev.myna.loaders.io.PendingFile;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;

/** Takes the data of one tensor and refuses more. A write is always complete, so callers need no loop. */
final class TensorChannel implements WritableByteChannel {
    private final PendingFile file;
    private final TensorInfo tensor;
    private long left;
    private boolean open = true;

    TensorChannel(PendingFile file, TensorInfo tensor) {
        this.file = file;
        this.tensor = tensor;
        this.left = tensor.bytes();
    }

    /** Bytes still to come. */
    long left() {
        return left;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        if (!open) {
            throw new ClosedChannelException();
        }
        int length = source.remaining();
        if (length > left) {
            throw new IllegalArgumentException("tensor " + Text.quote(tensor.name()) + ": more data than the "
                    + tensor.bytes() + " bytes its shape needs");
        }
        file.write(source);
        left -= length;
        return length;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
    }
}
