// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decodes images on eight threads beside one that allocates, in a process that {@link StandstillTest} starts with a small
 * heap. Arguments: seconds, and the images' files. Ends with the number of images decoded.
 */
final class DecodesForEver {
    private static final int THREADS = 8;

    /** Target of the allocating thread, so that the allocation is not optimized away. */
    @SuppressWarnings("unused")
    private static volatile byte[] sink;

    private DecodesForEver() {}

    public static void main(String[] args) throws Exception {
        List<byte[]> images = new ArrayList<>();
        for (int i = 1; i < args.length; i++) {
            images.add(Files.readAllBytes(Path.of(args[i])));
        }
        Thread.setDefaultUncaughtExceptionHandler((_, problem) -> {
            System.out.println(problem);
            System.out.flush();
            Runtime.getRuntime().halt(1);
        });
        AtomicLong decoded = new AtomicLong();
        for (int i = 0; i < THREADS; i++) {
            daemon(() -> {
                for (byte[] image : images) {
                    ImageDecoder.decode(image, "image", ImageDecoder.Orientation.IGNORE);
                    decoded.incrementAndGet();
                }
            });
        }
        daemon(() -> sink = new byte[1 << 16]);
        Thread.sleep(Long.parseLong(args[0]) * 1000);
        System.out.println(decoded.get());
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static void daemon(Runnable work) {
        Thread.ofPlatform().daemon().start(() -> {
            while (true) {
                work.run();
            }
        });
    }
}
