// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.decoder.Decoder;
import dev.myna.engine.text.Conversation;
import dev.myna.engine.text.PromptFormat;
import dev.myna.engine.text.Turn;
import dev.myna.kernels.Batch;
import dev.myna.kernels.KvCache;
import dev.myna.loaders.image.RgbImage;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * One conversation with a {@link Model}: owns the KV cache, scratch memory and the rows of its pictures. A later turn reuses
 * whatever prefix of the prompt is still in the cache. Single-threaded; closing it frees its memory.
 */
public final class Session implements AutoCloseable {
    /** Prompt rows per decoder pass: enough to read each weight once for many rows, small enough to cancel between passes. */
    private static final int PROMPT_ROWS = 256;

    /** Positions of a session whose options do not say how many, unless the model was trained for fewer. */
    public static final int LARGEST_DEFAULT_CONTEXT = 4096;

    /** Rows of this many pictures of the usual size are kept, whatever the size: 8 of 576 rows of 4096. */
    private static final long PICTURE_BYTES = 8L * 576 * 4096 * Float.BYTES;

    private final Model model;
    private final Frame frame;
    private final PromptFormat format;
    private final Arena arena;
    private final int contextSize;
    private final int fewRows;
    private final KvCache cache;
    private final Decoder.Scratch scratch;
    private final Batch batch;
    private final float[] logits;
    private final PromptWriter writer;
    private final PictureStore pictures;
    private final List<Exchange> conversation = new ArrayList<>();

    /** Keys of what each position of the KV cache holds, so that a later prompt can find the prefix it shares. */
    private final long[] cached;

    private int cachedCount;
    private SessionGeneration active;
    private boolean closed;

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
        frame = Frame.of(model, options);
        format = frame.format();
        contextSize = frame.contextSize();
        fewRows = model.decoder().fewRows();
        pictures = new PictureStore(model, options, PICTURE_BYTES);
        arena = Arena.ofShared();
        try {
            Decoder decoder = model.decoder();
            int rows = Math.min(decoder.mostRows(PROMPT_ROWS), contextSize);
            cache = frame.newCache(arena);
            scratch = decoder.new Scratch(arena, rows);
            writer = new PromptWriter(decoder, scratch);
            batch = new Batch(rows);
            logits = new float[decoder.vocabulary()];
            cached = new long[contextSize];
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
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
            frame.requireFits(prompt);
            active = new SessionGeneration(this, prompt, generationOptions);
            exchange.answer = active::answer;
            return active;
        } catch (RuntimeException | Error e) {
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
            shown.add(pictures.picture(image));
        }
        Exchange exchange = new Exchange(message, List.copyOf(shown));
        conversation.add(exchange);
        return exchange;
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
        return frame.prompt(new Conversation(null, turns), shown, pictures);
    }

    /**
     * Brings the KV cache to the state of {@code prompt} and computes the logits after its last position.
     *
     * @return whether it ran to the end; false if the generation was cancelled
     */
    boolean prefill(Prompt prompt, SessionGeneration generation) {
        checkOpen();
        int reused = prompt.shared(cached, cachedCount);
        generation.reused(reused);
        cachedCount = reused;
        for (Picture picture : prompt.picturesFrom(reused)) {
            if (picture.rows().values() == null) {
                long start = System.nanoTime();
                model.enter();
                try {
                    pictures.encode(picture, () -> {});
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
            pass(prompt, chunk(prompt));
        }
        generation.promptTime(System.nanoTime() - start);
        return true;
    }

    private int chunk(Prompt prompt) {
        return PromptWriter.chunk(prompt.size() - cachedCount, scratch.rows(), fewRows);
    }

    /** Pictures that went through the vision tower so far. */
    int towerPasses() {
        return pictures.towerPasses();
    }

    /** What each picture of a prompt weighs the experts with; empty arrays where a picture has no part in it. */
    List<float[]> routers(Prompt prompt) {
        return prompt.picturesFrom(0).stream()
                .map(picture -> picture.rows().router().clone())
                .toList();
    }

    /** One decoder pass over the next {@code n} entries of the prompt; logits after the last position of all. */
    private void pass(Prompt prompt, int n) {
        model.enter();
        try {
            batch.clear();
            writer.write(prompt, cachedCount, n, 0);
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

    /** Feeds one generated token and computes the next logits. */
    void feed(int token) {
        checkOpen();
        model.enter();
        try {
            batch.clear();
            batch.add(cache, cachedCount);
            writer.write(token, 0);
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
            pass(prompt, chunk(prompt));
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
