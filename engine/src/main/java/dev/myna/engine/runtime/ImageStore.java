// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.SessionOptions;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.engine.vision.TextGuide;
import dev.myna.kernels.Cancellation;
import dev.myna.loaders.image.RgbImage;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of the latest images, found again by their contents: size, pixels and how they are cut, and the text where
 * that has a part in it. So showing the same image again costs no second pass through the tower, and its positions are found
 * in KV caches. Thread-safe, but for {@link #encode}: one thread at a time.
 */
final class ImageStore {
    private final LoadedModel model;
    private final SessionOptions options;
    private final long mostBytes;

    /** Least recently used first. */
    private final Map<Key, ImageRows> known = new LinkedHashMap<>(16, 0.75f, true);

    private long bytes;
    private long seen;
    private volatile int towerPasses;

    /** What rows depend on. */
    private sealed interface Key {
        record Pixels(String sha256, int width, int height, ImageLayout layout) implements Key {}

        record Guided(long image, String textSha256, boolean none) implements Key {}
    }

    /** @param mostBytes of rows that are kept for later prompts */
    ImageStore(LoadedModel model, SessionOptions options, long mostBytes) {
        this.model = model;
        this.options = options;
        this.mostBytes = mostBytes;
    }

    /**
     * The images of a prompt.
     *
     * @throws RequestException if the model has no vision tower
     */
    List<PromptImage> ofPrompt(List<RgbImage> images) {
        List<PromptImage> result = new ArrayList<>(images.size());
        for (RgbImage image : images) {
            result.add(image(image, layout(image, images.size())));
        }
        return result;
    }

    /**
     * Images of several prompts as images of one: how many they are together says what some models make of each.
     *
     * @param images as they were alone, or with fewer or more others
     */
    List<PromptImage> together(List<PromptImage> images) {
        List<PromptImage> result = new ArrayList<>(images.size());
        for (PromptImage image : images) {
            ImageLayout layout = layout(image.image(), images.size());
            result.add(layout.equals(image.layout()) ? image : image(image.image(), layout));
        }
        return result;
    }

    private ImageLayout layout(RgbImage image, int images) {
        return model.vision().layout(image.width(), image.height(), options.imageMode(), images);
    }

    private PromptImage image(RgbImage image, ImageLayout layout) {
        Key key = new Key.Pixels(sha256(ByteBuffer.wrap(image.rgb())), image.width(), image.height(), layout);
        return new PromptImage(image, rows(key, layout.rows()), layout, null);
    }

    /**
     * The images of a prompt as its text guides them: the same ones where the model has no such mixture. Every text has rows of
     * its own, so that cached positions are found again only up to the first image.
     *
     * @param text ids of all tokens of the prompt
     */
    List<PromptImage> guided(List<PromptImage> images, int[] text) {
        if (images.isEmpty() || model.vision().textGuide().isEmpty()) {
            return images;
        }
        ByteBuffer ids = ByteBuffer.allocate(Math.multiplyExact(text.length, Integer.BYTES));
        ids.asIntBuffer().put(text);
        String digest = sha256(ids);
        List<PromptImage> result = new ArrayList<>();
        for (PromptImage source : images) {
            boolean none = options.mixture() == SessionOptions.Mixture.FIRST_IMAGE && !result.isEmpty();
            ImageRows rows = rows(new Key.Guided(source.id(), digest, none), source.rows().count);
            PromptImage.Guide guide = new PromptImage.Guide(source, text, none);
            result.add(new PromptImage(source.image(), rows, source.layout(), guide));
        }
        return result;
    }

    private synchronized ImageRows rows(Key key, int count) {
        ImageRows rows = known.get(key);
        if (rows == null) {
            rows = new ImageRows(seen++, count);
            known.put(key, rows);
            bytes += bytes(rows);
            Iterator<ImageRows> oldest = known.values().iterator();
            while (bytes > mostBytes && known.size() > 1) {
                bytes -= bytes(oldest.next());
                oldest.remove();
            }
        }
        return rows;
    }

    private long bytes(ImageRows rows) {
        return (long) rows.count * model.vision().width() * Float.BYTES;
    }

    private static String sha256(ByteBuffer bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every Java platform has it
        }
    }

    /**
     * Computes the image's rows, unless they are known.
     *
     * @param checkpoint asked between the steps; others may have the device between layers
     */
    void encode(PromptImage image, Checkpoint checkpoint) {
        if (image.rows().values() != null) {
            return;
        }
        PromptImage.Guide guide = image.guide();
        if (guide == null) {
            float[] values = model.vision().encode(image.image(), image.layout(), checkpoint);
            image.rows().set(values, new float[0]);
            towerPasses++;
        } else if (guide.none()) {
            int width = model.vision().width();
            image.rows().set(new float[Math.multiplyExact(image.rows().count, width)], new float[0]);
        } else {
            encode(guide.source(), checkpoint);
            checkpoint.check();
            TextGuide textGuide = model.vision().textGuide().orElseThrow();
            float[] projected = guide.source().rows().values();
            Runnable before = Cancellation.begin(checkpoint);
            try {
                TextGuide.Guided result = textGuide.guide(projected, model.embeddings(guide.text()), checkpoint);
                image.rows().set(result.rows(), result.router());
            } finally {
                Cancellation.end(before);
            }
        }
    }

    /** Images that went through the tower so far. */
    int towerPasses() {
        return towerPasses;
    }

    /** Bytes of the rows that are kept. */
    synchronized long bytes() {
        return bytes;
    }
}
