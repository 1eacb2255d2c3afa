// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.error.GenerationException;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
import dev.myna.kernels.DeviceException;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.image.ImageException;
import dev.myna.loaders.quantize.QuantizeException;
import dev.myna.loaders.quantize.QuantizeException.Fault;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class FailureTest {

    @Test
    void everyKindHasItsCode() {
        assertEquals(1, Failure.of(new GenerationException("a")).exitCode());
        assertEquals(1, Failure.of(new IllegalStateException("a")).exitCode());
        assertEquals(2, Failure.of(new RequestException("a")).exitCode());
        assertEquals(3, Failure.of(new NoClassDefFoundError("a")).exitCode());
        assertEquals(3, Failure.of(new IOException("No space left on device")).exitCode());
        assertEquals(2, Failure.of(new QuantizeException(Fault.REQUEST, "a")).exitCode());
        assertEquals(4, Failure.of(new QuantizeException("a")).exitCode());
        assertEquals(4, Failure.of(new GgufException("a")).exitCode());
        assertEquals(4, Failure.of(new ModelException("a")).exitCode());
        assertEquals(5, Failure.of(new ImageException("a")).exitCode());
        assertEquals(
                8,
                Failure.of(new ImageException(ImageException.Fault.MEMORY, "a", null))
                        .exitCode());
        assertEquals(
                130,
                Failure.of(new ImageException(ImageException.Fault.INTERRUPTED, "a", null))
                        .exitCode());
        assertEquals(8, Failure.of(new OutOfMemoryError("a")).exitCode());
        assertEquals(
                3,
                Failure.of(new DeviceException(DeviceException.Fault.ABSENT, "a"))
                        .exitCode());
        assertEquals(
                3,
                Failure.of(new DeviceException(DeviceException.Fault.BUILD, "a"))
                        .exitCode());
        assertEquals(
                8,
                Failure.of(new DeviceException(DeviceException.Fault.MEMORY, "a"))
                        .exitCode());
        assertEquals(
                1,
                Failure.of(new DeviceException(DeviceException.Fault.LOST, "a")).exitCode());
    }

    @Test
    void aClosedReaderIsNoFailure() {
        Failure failure = Failure.of(new OutputClosedException(new IOException("Broken pipe")));
        assertEquals(0, failure.exitCode());
        assertTrue(failure.message().isEmpty());
    }

    @Test
    void aFullDiskIsNotAClosedReader() {
        assertThrows(OutputClosedException.class, () -> failing("Broken pipe").write("a"));
        UncheckedIOException full = assertThrows(
                UncheckedIOException.class,
                () -> failing("No space left on device").write("a"));
        assertEquals(
                "cannot write to stdout: No space left on device",
                Failure.of(full).message().orElseThrow());
    }

    private static Output failing(String message) {
        OutputStream stream = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(message);
            }
        };
        return new Output(stream, false);
    }
}
