// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.prompt.ImageGrid;
import dev.myna.engine.prompt.PromptPiece;
import dev.myna.engine.prompt.RotaryPositions;
import dev.myna.engine.text.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A rendered conversation as the decoder sees it: one entry per position. */
final class Prompt {
    /** More than ids of tokens take, and rows of an image. */
    private static final int ROW_BITS = 24;

    /** Tokens of {@link #ending}: enough for a tag and white space. */
    private static final int ENDING = 16;

    private final List<Entry> entries;
    private final RotaryPositions positions;
    private final List<PromptImage> images;

    /** Positions whose rows see each other in both directions, in order. */
    private final List<Block> blocks;

    /** Rows of an image, at the positions from {@code first} to {@code last}. */
    record Block(int first, int last) {
        int size() {
            return last - first + 1;
        }
    }

    /** What one position holds. */
    sealed interface Entry {
        /** The entry as a number, different for different entries: what a session remembers of each position. */
        long key();
    }

    /** A token of the vocabulary. */
    record Token(int id) implements Entry {
        @Override
        public long key() {
            return key(id);
        }

        /** The key of a token. */
        static long key(int id) {
            return id;
        }
    }

    /** A row of an image, named by {@link PromptImage#id}. */
    record ImageRow(long image, int row) implements Entry {
        @Override
        public long key() {
            return image + 1 << ROW_BITS | row;
        }
    }

    private Prompt(List<Entry> entries, RotaryPositions positions, List<PromptImage> images, List<Block> blocks) {
        this.entries = entries;
        this.positions = positions;
        this.images = images;
        this.blocks = blocks;
    }

    /**
     * @param pieces the rendered conversation
     * @param images of the conversation, in order
     * @param bothWays whether the rows of each run of an image see each other in both directions
     */
    static Prompt of(List<PromptPiece> pieces, List<PromptImage> images, boolean bothWays) {
        List<Block> blocks = new ArrayList<>();
        List<Entry> entries = new ArrayList<>();
        RotaryPositions positions = new RotaryPositions();
        for (PromptPiece piece : pieces) {
            switch (piece) {
                case PromptPiece.Tokens tokens -> {
                    positions.addText(tokens.ids().length);
                    for (int id : tokens.ids()) {
                        entries.add(new Token(id));
                    }
                }
                case PromptPiece.Image image -> {
                    PromptImage shown = images.get(image.index());
                    if (shown.grid() == null) {
                        positions.addText(image.count());
                    } else {
                        requireWhole(image, shown.grid());
                        positions.addImage(shown.grid());
                    }
                    if (bothWays) {
                        blocks.add(new Block(entries.size(), entries.size() + image.count() - 1));
                    }
                    for (int row = image.first(); row < image.first() + image.count(); row++) {
                        entries.add(new ImageRow(shown.id(), row));
                    }
                }
            }
        }
        return new Prompt(entries, positions, images, blocks);
    }

    private static void requireWhole(PromptPiece.Image image, ImageGrid grid) {
        if (image.first() != 0 || image.count() != grid.size()) {
            throw new IllegalArgumentException("rows " + image.first() + " to " + (image.first() + image.count() - 1)
                    + " of an image are not its grid of " + grid.rows() + " x " + grid.columns());
        }
    }

    /**
     * The first {@code count} of the positions with these keys, then tokens.
     *
     * @param next rotary position of the first token
     */
    static Prompt continuing(long[] cached, int count, int next, int[] ids) {
        List<Entry> entries = new ArrayList<>(count + ids.length);
        for (int i = 0; i < count; i++) {
            entries.add(entry(cached[i]));
        }
        for (int id : ids) {
            entries.add(new Token(id));
        }
        RotaryPositions positions = new RotaryPositions(count, next);
        positions.addText(ids.length);
        return new Prompt(entries, positions, List.of(), List.of());
    }

    private static Entry entry(long key) {
        return key >>> ROW_BITS == 0
                ? new Token((int) key)
                : new ImageRow((key >>> ROW_BITS) - 1, (int) (key & (1 << ROW_BITS) - 1));
    }

    int size() {
        return entries.size();
    }

    /**
     * How many of its positions, but not the last, are those whose keys {@code cached} begins with; none of a block of which not all
     * are.
     */
    int shared(long[] cached, int count) {
        int most = Math.min(count, size() - 1);
        int shared = 0;
        while (shared < most && entry(shared).key() == cached[shared]) {
            shared++;
        }
        return beforeBlock(shared);
    }

    /** The block that holds a position; null if none does. */
    Block block(int position) {
        for (Block block : blocks) {
            if (position <= block.last) {
                return position < block.first ? null : block;
            }
        }
        return null;
    }

    /** The first position of the block that a cut in front of {@code position} would divide; {@code position} if it divides none. */
    int beforeBlock(int position) {
        Block block = block(position);
        return block == null ? position : block.first;
    }

    /** The first position behind the block that a cut in front of {@code position} would divide; {@code position} if it divides none. */
    int behindBlock(int position) {
        Block block = block(position);
        return block == null || position == block.first ? position : block.last + 1;
    }

    /** Positions of the largest block; 0 without blocks. */
    int largestBlock() {
        int largest = 0;
        for (Block block : blocks) {
            largest = Math.max(largest, block.size());
        }
        return largest;
    }

    Entry entry(int position) {
        return entries.get(position);
    }

    /** What rotary embedding turns the entries by; of {@link #continuing}, only those of the new tokens. */
    RotaryPositions positions() {
        return positions;
    }

    /** Token ids without the image rows, in order. */
    java.util.stream.IntStream tokens() {
        return entries.stream().filter(Token.class::isInstance).mapToInt(entry -> ((Token) entry).id());
    }

    /** What the prompt ends with, as text: its last tokens. */
    String ending(Tokenizer tokenizer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = Math.max(0, size() - ENDING); i < size(); i++) {
            if (entry(i) instanceof Token(int id)) {
                byte[] said = tokenizer.bytes(id);
                bytes.writeBytes(said.length > 0 ? said : tokenizer.piece(id).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Positions that image rows take. */
    int imageRows() {
        return (int) entries.stream().filter(ImageRow.class::isInstance).count();
    }

    /** All images, in order. */
    List<PromptImage> images() {
        return images;
    }

    /** Images with rows at or after a position, each once. */
    Set<PromptImage> imagesFrom(int position) {
        Set<PromptImage> result = new LinkedHashSet<>();
        for (Entry entry : entries.subList(position, entries.size())) {
            if (entry instanceof ImageRow row) {
                result.add(image(row.image()));
            }
        }
        return result;
    }

    PromptImage image(long id) {
        for (PromptImage image : images) {
            if (image.id() == id) {
                return image;
            }
        }
        throw new IllegalArgumentException("no image " + id + " in this prompt");
    }
}
