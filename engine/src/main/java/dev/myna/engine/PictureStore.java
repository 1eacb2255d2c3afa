// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.vision.projector.TextGuidedMoe;
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
 * The rows of the latest pictures, found again by their contents: size, pixels and how they are made square, and the text where
 * that has a part in it. So showing the same picture again costs no second pass through the tower, and its positions are found
 * in KV caches. Thread-safe, but for {@link #encode}: one thread at a time.
 */
final class PictureStore {
    private final Model model;
    private final SessionOptions options;
    private final long mostBytes;

    /** Least recently used first. */
    private final Map<Key, PictureRows> known = new LinkedHashMap<>(16, 0.75f, true);

    private long bytes;
    private long seen;
    private volatile int towerPasses;

    /** What rows depend on. */
    private sealed interface Key {
        record Pixels(String sha256, int width, int height, ImageMode mode) implements Key {}

        record Guided(long picture, String textSha256, boolean none) implements Key {}
    }

    /** @param mostBytes of rows that are kept for later prompts */
    PictureStore(Model model, SessionOptions options, long mostBytes) {
        this.model = model;
        this.options = options;
        this.mostBytes = mostBytes;
    }

    /** @throws RequestException if the model has no vision tower */
    Picture picture(RgbImage image) {
        int count = model.vision().rows(image.width(), image.height(), options.imageMode());
        String digest = sha256(ByteBuffer.wrap(image.rgb()));
        Key key = new Key.Pixels(digest, image.width(), image.height(), options.imageMode());
        return new Picture(image, rows(key, count), null);
    }

    /**
     * The pictures of a prompt as its text guides them: the same ones where the model has no such mixture. Every text has rows of
     * its own, so that cached positions are found again only up to the first picture.
     *
     * @param text ids of all tokens of the prompt
     */
    List<Picture> guided(List<Picture> pictures, int[] text) {
        if (pictures.isEmpty() || model.vision().mixture().isEmpty()) {
            return pictures;
        }
        ByteBuffer ids = ByteBuffer.allocate(Math.multiplyExact(text.length, Integer.BYTES));
        ids.asIntBuffer().put(text);
        String digest = sha256(ids);
        List<Picture> result = new ArrayList<>();
        for (Picture source : pictures) {
            boolean none = options.mixture() == SessionOptions.Mixture.FIRST_PICTURE && !result.isEmpty();
            PictureRows rows = rows(new Key.Guided(source.id(), digest, none), source.rows().count);
            result.add(new Picture(source.image(), rows, new Picture.Guide(source, text, none)));
        }
        return result;
    }

    private synchronized PictureRows rows(Key key, int count) {
        PictureRows rows = known.get(key);
        if (rows == null) {
            rows = new PictureRows(seen++, count);
            known.put(key, rows);
            bytes += bytes(rows);
            Iterator<PictureRows> oldest = known.values().iterator();
            while (bytes > mostBytes && known.size() > 1) {
                bytes -= bytes(oldest.next());
                oldest.remove();
            }
        }
        return rows;
    }

    private long bytes(PictureRows rows) {
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
     * Computes the picture's rows, unless they are known.
     *
     * @param checkpoint asked between the steps; others may have the device between layers
     */
    void encode(Picture picture, Checkpoint checkpoint) {
        if (picture.rows().values() != null) {
            return;
        }
        Picture.Guide guide = picture.guide();
        if (guide == null) {
            float[] values = model.vision().encode(picture.image(), options.imageMode(), checkpoint);
            picture.rows().set(values, new float[0]);
            towerPasses++;
        } else if (guide.none()) {
            int width = model.vision().width();
            picture.rows().set(new float[Math.multiplyExact(picture.rows().count, width)], new float[0]);
        } else {
            encode(guide.source(), checkpoint);
            checkpoint.check();
            TextGuidedMoe mixture = model.vision().mixture().orElseThrow();
            float[] projected = guide.source().rows().values();
            TextGuidedMoe.Guided result = mixture.guide(projected, model.embeddings(guide.text()), checkpoint);
            picture.rows().set(result.rows(), result.router());
        }
    }

    /** Pictures that went through the tower so far. */
    int towerPasses() {
        return towerPasses;
    }

    /** Bytes of the rows that are kept. */
    synchronized long bytes() {
        return bytes;
    }
}
