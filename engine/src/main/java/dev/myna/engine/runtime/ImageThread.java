// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.decoder.Checkpoint;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Encodes the images of a scheduler's requests, one after the other, while answers go on: the tower takes turns with the
 * decoder's passes, a layer at a time.
 */
final class ImageThread implements AutoCloseable {
    private final LoadedModel model;
    private final ImageStore images;
    private final ReentrantLock device;
    private final Runnable done;
    private final BlockingQueue<Slot> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean closed;

    /**
     * Starts the thread.
     *
     * @param device who computes holds it; fair, so that two take turns
     * @param done called after each request
     */
    ImageThread(LoadedModel model, ImageStore images, ReentrantLock device, Runnable done) {
        this.model = model;
        this.images = images;
        this.device = device;
        this.done = done;
        thread = Thread.ofPlatform().name("myna-images").daemon().start(this::run);
    }

    void encode(Slot slot) {
        queue.add(slot);
    }

    private void run() {
        while (!closed) {
            try {
                encodeImages(queue.take());
            } catch (InterruptedException e) {
                // Only close interrupts.
            } catch (OutOfMemoryError e) {
                // Not even memory to say so. The next request may have it again.
            }
        }
    }

    private void encodeImages(Slot slot) {
        long start = System.nanoTime();
        try {
            slot.generation.encodes(slot.images.size());
            for (PromptImage image : slot.images) {
                encode(image, slot.generation);
                slot.generation.imageEncoded();
            }
            slot.generation.addTimes(System.nanoTime() - start, 0, 0);
            slot.setEncoded();
        } catch (Stopped e) {
            // Its slot is free already.
        } catch (RuntimeException | Error e) {
            slot.fail(e);
        } finally {
            done.run();
        }
    }

    private void encode(PromptImage image, RunningGeneration generation) {
        Turns turns = new Turns(generation);
        turns.check();
        model.enter();
        try {
            images.encode(image, turns);
        } finally {
            turns.end();
            model.exit();
        }
    }

    /** Hands the device over between layers. Scaling the image, before the first one, needs no device. */
    private final class Turns implements Checkpoint {
        private final RunningGeneration generation;

        Turns(RunningGeneration generation) {
            this.generation = generation;
        }

        @Override
        public void check() {
            if (closed || generation.ended()) {
                throw new Stopped();
            }
            model.requireOpen();
        }

        @Override
        public void betweenLayers() {
            generation.imageLayer();
            end();
            check();
            device.lock();
        }

        @Override
        public void imageBegins(int layers) {
            generation.imageBegins(layers);
        }

        void end() {
            if (device.isHeldByCurrentThread()) {
                device.unlock();
            }
        }
    }

    /** Ends the thread after the layer it computes. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        Threads.join(thread);
    }
}
