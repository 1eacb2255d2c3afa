// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.decoder.Checkpoint;
import dev.myna.kernels.Usage;
import dev.myna.loaders.image.RgbImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One conversation with a {@link Model}: owns a {@link TokenSequence} and the rows of its images. A later turn reuses
 * whatever prefix of the prompt is still in the cache.
 *
 * <p>For one thread at a time: a second one that calls waits until the first has done what it was asked for. Only {@link #close} waits
 * for less: it may be called by any thread at any time, ends what is computed within one step (a layer of the decoder or of the
 * vision tower), and then frees the memory. A {@link Generation} that runs meanwhile ends as {@link
 * Generation.FinishReason#CANCELLED}; other methods end with an {@link IllegalStateException}.
 */
public final class Session implements AutoCloseable {
    /** Positions of a session whose options do not say how many, unless the model was trained for fewer. */
    public static final int LARGEST_DEFAULT_CONTEXT = 4096;

    /** Rows of this many images of the usual size are kept, whatever the size: 8 of 576 rows of 4096. */
    private static final long IMAGE_BYTES = 8L * 576 * 4096 * Float.BYTES;

    private final Model model;
    private final Frame frame;
    private final TokenSequence tokens;
    private final ImageStore images;
    private final Checkpoint checkpoint = this::requireWanted;

    /** Whoever computes, or looks at what follows. */
    private final Usage usage = new Usage("the session", this::free);

    private final List<Entry> conversation = new ArrayList<>();

    /** The answer whose step is being computed, if one is. */
    private SessionGeneration computing;

    /** The latest answer; others may close it. */
    private volatile SessionGeneration active;

    /**
     * A message of the conversation.
     *
     * @param message as it is by now: an answer may still grow
     * @param images in it
     */
    private record Entry(Supplier<ChatMessage> message, List<PromptImage> images) {}

    Session(Model model, SessionOptions options) {
        this.model = model;
        frame = Frame.of(model, options);
        images = new ImageStore(model, options, IMAGE_BYTES);
        tokens = new TokenSequence(frame);
    }

    /**
     * Adds a user turn and starts the answer; the work begins when the first piece is asked for. Unfinished generation of the
     * previous turn is cancelled first.
     *
     * @throws RequestException if the conversation does not fit the context, or has images and the model no vision tower
     * @throws IllegalStateException if the session is closed
     * @throws dev.myna.loaders.gguf.GgufException if a file of the model became shorter since it was opened
     */
    public Generation generate(Message message, GenerationOptions generationOptions) {
        return generate(List.of(new ChatMessage.User(message)), generationOptions);
    }

    /**
     * As {@link #generate(Message, GenerationOptions)}, for any messages that want an answer: results of the tools that the last answer
     * called, for example.
     *
     * @throws RequestException also if the last message is an answer, or a result answers no call
     */
    public Generation generate(List<ChatMessage> messages, GenerationOptions generationOptions) {
        cancelActive();
        usage.enterAlone();
        try {
            model.requireWholeFiles();
            active = null;
            int before = conversation.size();
            try {
                messages.forEach(this::add);
                Prompt prompt = render();
                frame.requireFits(prompt);
                Answer answer = new Answer(
                        generationOptions, frame, prompt, frame.options().tools());
                SessionGeneration started = new SessionGeneration(this, prompt, answer);
                conversation.add(new Entry(started::message, List.of()));
                active = started;
                return started;
            } catch (RuntimeException | Error e) {
                conversation.subList(before, conversation.size()).clear();
                throw e;
            }
        } finally {
            usage.exit();
        }
    }

    /** Has the step that is being computed, if there is one, end soon. */
    private void cancelActive() {
        SessionGeneration latest = active;
        if (latest != null) {
            latest.close();
        }
    }

    /**
     * Adds a finished turn, for example one of a conversation that was held elsewhere. Nothing is computed until the next
     * {@link #generate}.
     *
     * @throws RequestException if the message has images and the model no vision tower
     */
    public void remember(Message message, String answer) {
        usage.enterAlone();
        try {
            add(new ChatMessage.User(message));
            add(new ChatMessage.Assistant(answer));
        } finally {
            usage.exit();
        }
    }

    private void add(ChatMessage message) {
        List<PromptImage> shown = new ArrayList<>();
        for (RgbImage image : Frame.images(List.of(message))) {
            shown.add(images.image(image));
        }
        conversation.add(new Entry(() -> message, List.copyOf(shown)));
    }

    private Prompt render() {
        List<ChatMessage> messages = new ArrayList<>();
        List<PromptImage> shown = new ArrayList<>();
        for (Entry entry : conversation) {
            messages.add(entry.message().get());
            shown.addAll(entry.images());
        }
        ChatRequest.Chat chat = new ChatRequest.Chat(messages);
        return frame.prompt(frame.conversation(chat.messages(), frame.options().tools(), Map.of()), shown, images);
    }

    /**
     * Takes the session for a step of an answer; pair it with {@link #endStep}.
     *
     * @return false if the session is closed
     */
    boolean beginStep(SessionGeneration generation) {
        if (!usage.tryEnterAlone()) {
            return false;
        }
        computing = generation;
        return true;
    }

    void endStep() {
        computing = null;
        usage.exit();
    }

    /** Asked between the layers of whatever is computed. */
    private void requireWanted() {
        model.requireOpen();
        if (usage.closed()
                || computing != null && computing.closeRequested()
                || Thread.currentThread().isInterrupted()) {
            throw new Stopped();
        }
    }

    /**
     * Brings the KV cache to the state of {@code prompt} and computes the logits after its last position.
     *
     * @return whether it ran to the end; false if the generation was cancelled
     */
    boolean prefill(Prompt prompt, SessionGeneration generation) {
        try {
            read(prompt, generation);
            return true;
        } catch (Stopped e) {
            return false;
        }
    }

    private void read(Prompt prompt, SessionGeneration generation) {
        int reused = tokens.reuse(prompt);
        generation.reused(reused);
        for (PromptImage image : prompt.imagesFrom(reused)) {
            if (image.rows().values() == null) {
                long start = System.nanoTime();
                model.enter();
                try {
                    images.encode(image, checkpoint);
                } finally {
                    model.exit();
                }
                generation.imageTime(System.nanoTime() - start);
            }
        }
        long start = System.nanoTime();
        tokens.compute(prompt, checkpoint);
        generation.promptTime(System.nanoTime() - start);
    }

    /** Images that went through the vision tower so far. */
    int towerPasses() {
        return images.towerPasses();
    }

    /** What each image of a prompt weighs the experts with; empty arrays where an image has no part in it. */
    List<float[]> routers(Prompt prompt) {
        return prompt.imagesFrom(0).stream()
                .map(image -> image.rows().router().clone())
                .toList();
    }

    /**
     * Feeds one generated token and computes the next logits.
     *
     * @throws Stopped if that is not wanted any more
     */
    void feed(int token) {
        tokens.feed(token, checkpoint);
    }

    /** Logits after the last position that was fed; overwritten by the next pass. */
    float[] logits() {
        return tokens.logits();
    }

    Model model() {
        return model;
    }

    /** Takes the last question and all that followed it back and returns it, or null if there is none. */
    public Message undo() {
        cancelActive();
        usage.enterAlone();
        try {
            active = null;
            while (!conversation.isEmpty()) {
                if (conversation.removeLast().message().get() instanceof ChatMessage.User question) {
                    return question.message();
                }
            }
            return null;
        } finally {
            usage.exit();
        }
    }

    /** Forgets the conversation. */
    public void clear() {
        cancelActive();
        usage.enterAlone();
        try {
            active = null;
            conversation.clear();
        } finally {
            usage.exit();
        }
    }

    /** Positions the context holds. */
    public int contextSize() {
        return tokens.contextSize();
    }

    /** Bytes of keys and values when every position is in use; they are taken from the system as positions fill. */
    public long cacheBytes() {
        return tokens.cacheBytes();
    }

    /** Positions in use. */
    public int contextUsed() {
        return tokens.length();
    }

    /**
     * Ends what is computed, within one step, and then frees the KV cache and scratch memory. Idempotent, for any thread; interrupts do
     * not end the wait.
     */
    @Override
    public void close() {
        cancelActive();
        usage.close();
    }

    private void free() {
        tokens.close();
    }
}
