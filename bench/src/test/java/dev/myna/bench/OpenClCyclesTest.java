// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Placement;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.kernels.ProgramCache;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.OpenCl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Loading the embedded model on the OpenCL device, asking about an image and closing it, over and over, leaks nothing. The full
 * count of docs/opencl.md: {@code -Dmyna.cycles=1000}.
 */
@NeedsOpenCl
class OpenClCyclesTest {
    private static final Path NANO = Path.of("../models-manifest/nano");
    private static final int CYCLES = Integer.getInteger("myna.cycles", 12);

    /** Kept where that saves more time than it takes: PoCL compiles everything once more for keeping. */
    private static final ProgramCache PROGRAMS = CYCLES > 50 ? new OpenCl.Programs() : ProgramCache.NONE;

    /** What one cycle takes on the device at least: a leak of a tenth of it each time would show. */
    private static final long MODEL_BYTES = 16 << 20;

    @Test
    void loadAndCloseCyclesLeakNoDeviceMemory() throws IOException {
        RgbImage image;
        try (var files = Files.list(NANO.resolve("fixture"))) {
            image = ImageDecoder.decode(
                    files.filter(file -> file.toString().endsWith(".png"))
                            .sorted()
                            .findFirst()
                            .orElseThrow(),
                    ImageDecoder.Orientation.IGNORE);
        }
        long figure = 0;
        long early = 0;
        for (int i = 0; i < CYCLES; i++) {
            long now = cycle(image);
            assertTrue(now > MODEL_BYTES, "only " + now + " bytes on the device");
            assertEquals(i == 0 ? now : figure, now, "cycle " + i);
            figure = now;
            if (i == CYCLES / 3) {
                early = resident();
            }
        }
        long growth = resident() - early;
        long cycles = CYCLES - CYCLES / 3 - 1;
        // Where memory is the host's (PoCL) a leak shows in the process; the allowance is for Java's own heap and code.
        assertTrue(
                growth < (64 << 20) + cycles * (64 << 10),
                growth + " bytes more after " + cycles + " cycles, " + figure + " bytes on the device in each");
        System.out.println(CYCLES + " cycles: " + figure + " bytes on the device in each; resident memory grew by "
                + growth + " bytes over the last " + cycles);
    }

    /** Returns the bytes on the device, which an answer must not change. */
    private static long cycle(RgbImage image) {
        ModelOptions options = ModelOptions.builder()
                .placement(Placement.OPENCL_IF_AVAILABLE)
                .programs(PROGRAMS)
                .build();
        try (Model model = Myna.load(NANO.resolve("nano.gguf"), NANO.resolve("nano-mmproj.gguf"), options)) {
            long before = model.deviceMemory();
            long loaded;
            try (Session session = model.newSession(SessionOptions.defaults())) {
                loaded = model.deviceMemory();
                session.generate(
                                Message.of("What is it?", image),
                                GenerationOptions.builder().maxTokens(4).build())
                        .text();
                assertEquals(loaded, model.deviceMemory());
            }
            assertEquals(before, model.deviceMemory());
            return loaded;
        }
    }

    /** Resident memory of this process, 0 where the system does not tell. */
    private static long resident() throws IOException {
        System.gc();
        Path status = Path.of("/proc/self/statm");
        return Files.isReadable(status)
                ? Long.parseLong(Files.readString(status).split(" ")[1]) * 4096
                : 0;
    }
}
