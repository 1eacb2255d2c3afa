// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.decoder.Decoder;
import dev.myna.engine.text.Conversation;
import dev.myna.engine.text.PromptFormat;
import dev.myna.engine.text.PromptPiece;
import dev.myna.engine.text.Turn;
import dev.myna.engine.vision.projector.TextGuidedMoe;
import dev.myna.kernels.Batch;
import dev.myna.kernels.KvCache;
import dev.myna.loaders.image.RgbImage;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One conversation with a {@link Model}: owns the KV cache, scratch memory and the rows of its pictures. A later turn reuses
 * whatever prefix of the prompt is still in the cache. Single-threaded; closing it frees its memory.
 */
public final class Session implements AutoCloseable {
    /** Prompt rows per decoder pass: enough to read each weight once for many rows, small enough to cancel between passes. */
    private static final int PROMPT_ROWS = 256;

    private static final int REMEMBERED_PICTURES = 8;

    private static final int LARGEST_DEFAULT_CONTEXT = 4096;

    private final Model model;
    private final SessionOptions options;
    private final PromptFormat format;
    private final Arena arena;
    private final int contextSize;
    private final KvCache cache;
    private final Decoder.Scratch scratch;
    private final Batch batch;
    private final float[] logits;
    private final int[] fedToken = new int[1];

    private final List<Exchange> conversation = new ArrayList<>();

    /** The latest pictures, so that asking about the same one again costs no second pass through the tower. */
    private final Map<RgbImage, Picture> pictures = new LinkedHashMap<>();

    private int picturesSeen;

    private int towerPasses;

    /** The pictures of the latest prompt as its text guided them, in order; empty where the model has no such mixture. */
    private List<Picture> guided = List.of();

    private int[] guidingText = {};

    /** Keys of what each position of the KV cache holds, so that a later prompt can find the prefix it shares. */
    private final long[] cached;

    private int cachedCount;
    private SessionGeneration active;
    private boolean closed;

    /** A picture of this conversation and, once encoded, its decoder rows. */
    static final class Picture {
        final int id;
        final RgbImage image;
        final int rowCount;

        /** The picture whose projected rows the text of one prompt guides, or null. */
        final Picture source;

        private float[] rows;
        private float[] router = {};

        Picture(int id, RgbImage image, int rowCount, Picture source) {
            this.id = id;
            this.image = image;
            this.rowCount = rowCount;
            this.source = source;
        }
    }

    /** One turn: the question, its pictures, and the answer so far. */
    private static final class Exchange {
        final Message message;
        final List<Picture> pictures;
        Supplier<String> answer = () -> "";

        Exchange(Message message, List<Picture> pictures) {
            this.message = message;
            this.pictures = pictures;
        }
    }

    Session(Model model, SessionOptions options) {
        this.model = model;
        this.options = options;
        this.format = options.promptFormat() == null
                ? model.promptFormat()
                : PromptFormat.byLabel(options.promptFormat())
                        .orElseThrow(() -> new RequestException("prompt format " + options.promptFormat()
                                + " is not known; choose vicuna_v1, llava_v1, chatml, llama3 or plain"));
        int trained = model.decoder().config().contextLength();
        if (options.contextSize() > trained) {
            throw new RequestException("context size " + options.contextSize() + " exceeds the " + trained
                    + " positions the model was trained for");
        }
        contextSize = options.contextSize() == 0 ? Math.min(trained, LARGEST_DEFAULT_CONTEXT) : options.contextSize();
        arena = Arena.ofShared();
        try {
            Decoder decoder = model.decoder();
            int rows = Math.min(PROMPT_ROWS, contextSize);
            cache = newCache(decoder);
            scratch = decoder.new Scratch(arena, rows);
            batch = new Batch(rows);
            logits = new float[decoder.vocabulary()];
            cached = new long[contextSize];
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private KvCache newCache(Decoder decoder) {
        try {
            return decoder.newCache(arena, contextSize, options.keyType(), options.valueType());
        } catch (IllegalArgumentException e) {
            throw new RequestException(e.getMessage());
        }
    }

    /**
     * Adds a user turn and starts the answer; the work begins when the first piece is asked for. Unfinished generation of the
     * previous turn is cancelled first.
     *
     * @throws RequestException if the conversation does not fit the context, or has pictures and the model no vision tower
     */
    public Generation generate(Message message, GenerationOptions generationOptions) {
        checkOpen();
        if (active != null) {
            active.close();
            active = null;
        }
        Exchange exchange = add(message);
        try {
            Prompt prompt = render();
            if (prompt.size() > contextSize) {
                throw new ContextFullException(
                        "the conversation needs " + prompt.size() + " positions but the context holds " + contextSize
                                + "; raise the context size, or start afresh");
            }
            active = new SessionGeneration(this, prompt, generationOptions);
            exchange.answer = active::answer;
            return active;
        } catch (RuntimeException e) {
            conversation.removeLast();
            throw e;
        }
    }

    /**
     * Adds a finished turn, for example one of a conversation that was held elsewhere. Nothing is computed until the next
     * {@link #generate}.
     *
     * @throws RequestException if the message has pictures and the model no vision tower
     */
    public void remember(Message message, String answer) {
        checkOpen();
        add(message).answer = () -> answer;
    }

    private Exchange add(Message message) {
        List<Picture> shown = new ArrayList<>();
        for (RgbImage image : message.images()) {
            shown.add(picture(image));
        }
        Exchange exchange = new Exchange(message, List.copyOf(shown));
        conversation.add(exchange);
        return exchange;
    }

    private Picture picture(RgbImage image) {
        Picture known = pictures.remove(image);
        Picture picture = known == null
                ? new Picture(
                        picturesSeen++,
                        image,
                        model.vision().rows(image.width(), image.height(), options.imageMode()),
                        null)
                : known;
        pictures.put(image, picture);
        if (pictures.size() > REMEMBERED_PICTURES) {
            pictures.remove(pictures.keySet().iterator().next());
        }
        return picture;
    }

    private Prompt render() {
        List<Turn> turns = new ArrayList<>();
        List<Picture> shown = new ArrayList<>();
        for (Exchange exchange : conversation) {
            boolean open = exchange == conversation.getLast();
            String answer = open ? null : exchange.answer.get();
            turns.add(new Turn(exchange.pictures.size(), exchange.message.text(), answer));
            shown.addAll(exchange.pictures);
        }
        List<PromptPiece> pieces = format.render(model.tokenizer(), new Conversation(null, turns));
        return Prompt.of(pieces, shown.isEmpty() ? shown : guided(pieces, shown));
    }

    /**
     * Where the rows of pictures depend on all text of the prompt (spec models.md 3.4), every text has pictures of its own: their
     * ids differ, so that cached positions are found again only up to the first picture.
     */
    private List<Picture> guided(List<PromptPiece> pieces, List<Picture> shown) {
        if (model.vision().mixture().isEmpty()) {
            return shown;
        }
        int[] text = Prompt.of(pieces, shown).tokens().toArray();
        List<Picture> sources = guided.stream().map(picture -> picture.source).toList();
        if (!Arrays.equals(text, guidingText) || !sources.equals(shown)) {
            guidingText = text;
            guided = shown.stream()
                    .map(picture -> new Picture(picturesSeen++, picture.image, picture.rowCount, picture))
                    .toList();
        }
        return guided;
    }

    /**
     * Brings the KV cache to the state of {@code prompt} and computes the logits after its last position.
     *
     * @return whether it ran to the end; false if the generation was cancelled
     */
    boolean prefill(Prompt prompt, SessionGeneration generation) {
        checkOpen();
        int reused = 0;
        while (reused < cachedCount
                && reused < prompt.size() - 1
                && prompt.entry(reused).key() == cached[reused]) {
            reused++;
        }
        generation.reused(reused);
        cachedCount = reused;
        for (Picture picture : prompt.picturesFrom(reused)) {
            if (picture.rows == null) {
                long start = System.nanoTime();
                model.enter();
                try {
                    if (picture.source == null) {
                        encode(picture);
                    } else {
                        guide(picture);
                    }
                } finally {
                    model.exit();
                }
                generation.imageTime(System.nanoTime() - start);
            }
            if (generation.cancelled()) {
                return false;
            }
        }
        long start = System.nanoTime();
        while (cachedCount < prompt.size()) {
            if (generation.cancelled()) {
                return false;
            }
            int n = Math.min(scratch.rows(), prompt.size() - cachedCount);
            pass(prompt, n);
        }
        generation.promptTime(System.nanoTime() - start);
        return true;
    }

    private void encode(Picture picture) {
        if (picture.rows == null) {
            picture.rows = model.vision().encode(picture.image, options.imageMode());
            towerPasses++;
        }
    }

    /** Pictures that went through the vision tower so far. */
    int towerPasses() {
        return towerPasses;
    }

    private void guide(Picture picture) {
        if (options.mixture() == SessionOptions.Mixture.FIRST_PICTURE && picture != guided.getFirst()) {
            picture.rows = new float[picture.rowCount * model.vision().width()];
            return;
        }
        encode(picture.source);
        TextGuidedMoe mixture = model.vision().mixture().orElseThrow();
        TextGuidedMoe.Guided result = mixture.guide(picture.source.rows, model.embeddings(guidingText));
        picture.rows = result.rows();
        picture.router = result.router();
    }

    /** What each picture of a prompt weighs the experts with; empty arrays where a picture has no part in it. */
    List<float[]> routers(Prompt prompt) {
        return prompt.picturesFrom(0).stream()
                .map(picture -> picture.router.clone())
                .toList();
    }

    /** One decoder pass over the next {@code n} entries of the prompt; logits after the last position of all. */
    private void pass(Prompt prompt, int n) {
        model.enter();
        try {
            batch.clear();
            for (int i = 0; i < n; i += place(prompt, i, n)) {}
            for (int i = 0; i < n; i++) {
                batch.add(cache, cachedCount + i);
            }
            model.decoder().forward(scratch, batch);
            for (int i = 0; i < n; i++) {
                cached[cachedCount + i] = prompt.entry(cachedCount + i).key();
            }
            cachedCount += n;
            if (cachedCount == prompt.size()) {
                model.decoder().logits(scratch, n - 1, logits);
            }
        } finally {
            model.exit();
        }
    }

    /**
     * Brings entry {@code i} of a pass of {@code n} into the residual stream, or all that follow it of the same picture: one transfer
     * where the device is not the CPU. Returns how many.
     */
    private int place(Prompt prompt, int i, int n) {
        switch (prompt.entry(cachedCount + i)) {
            case Prompt.Token token -> {
                embed(token.id(), i);
                return 1;
            }
            case Prompt.PictureRow first -> {
                int count = 1;
                while (i + count < n && prompt.entry(cachedCount + i + count).key() == first.key() + count) {
                    count++;
                }
                float[] rows = prompt.picture(first.picture()).rows;
                int from = first.row() * scratch.x().width();
                model.decoder().front().write(scratch.x().slice(i, count), rows, from, count);
                return count;
            }
        }
    }

    private void embed(int token, int row) {
        fedToken[0] = token;
        model.decoder().embed(fedToken, 0, scratch.row(row), 1);
    }

    /** Feeds one generated token and computes the next logits. */
    void feed(int token) {
        checkOpen();
        model.enter();
        try {
            batch.clear();
            batch.add(cache, cachedCount);
            embed(token, 0);
            model.decoder().forward(scratch, batch);
            cached[cachedCount++] = Prompt.Token.key(token);
            model.decoder().logits(scratch, 0, logits);
        } finally {
            model.exit();
        }
    }

    /**
     * Appends token ids to the sequence in the cache, in passes of many rows as a prompt is processed, and computes the logits
     * after the last one. Below the conversation: no template, no BOS, no sampling. For measurements.
     *
     * @throws RequestException if there are more ids than free positions
     * @throws IllegalArgumentException if an id is not in the vocabulary
     */
    public void append(int[] ids) {
        checkOpen();
        checkRoom(ids.length);
        Prompt prompt = Prompt.continuing(cached, cachedCount, ids);
        while (cachedCount < prompt.size()) {
            pass(prompt, Math.min(scratch.rows(), prompt.size() - cachedCount));
        }
    }

    /** As {@link #append(int[])} with one id, the way an answer's token is processed. */
    public void append(int id) {
        checkRoom(1);
        feed(id);
    }

    private void checkRoom(int count) {
        if (count > contextSize - cachedCount) {
            throw new RequestException(
                    count + " more tokens do not fit a context of " + contextSize + " with " + cachedCount + " in use");
        }
    }

    /**
     * Forgets the positions from {@code position} on, at most {@link #contextUsed}. For measurements.
     *
     * @throws IllegalArgumentException if so few positions are not in use
     */
    public void rewind(int position) {
        checkOpen();
        if (position < 0 || position > cachedCount) {
            throw new IllegalArgumentException("cannot rewind to " + position + " of " + cachedCount + " positions");
        }
        cachedCount = position;
    }

    /** Logits after the last position that was fed; overwritten by the next pass. */
    float[] logits() {
        return logits;
    }

    Model model() {
        return model;
    }

    PromptFormat format() {
        return format;
    }

    /** Takes the last turn (question and answer) back and returns its question, or null if there is none. */
    public Message undo() {
        checkOpen();
        if (active != null) {
            active.close();
            active = null;
        }
        return conversation.isEmpty() ? null : conversation.removeLast().message;
    }

    /** Forgets the conversation. */
    public void clear() {
        checkOpen();
        if (active != null) {
            active.close();
            active = null;
        }
        conversation.clear();
    }

    /** Positions the context holds. */
    public int contextSize() {
        return contextSize;
    }

    /** Bytes of keys and values when every position is in use; they are taken from the system as positions fill. */
    public long cacheBytes() {
        return cache.shape().bytes();
    }

    /** Positions in use. */
    public int contextUsed() {
        return cachedCount;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the session is closed");
        }
    }

    /** Frees the KV cache and scratch memory. Idempotent. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (active != null) {
            active.close();
        }
        closed = true;
        arena.close();
    }
}
