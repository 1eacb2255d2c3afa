// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.ChatMessage;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.kernels.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** One conversation: its messages, the rows of its images, and the sequence that holds their keys and values. */
final class ConversationSession implements Session {
    /** Rows of this many images of the usual size are kept, whatever the size: 8 of 576 rows of 4096. */
    private static final long IMAGE_BYTES = 8L * 576 * 4096 * Float.BYTES;

    private final LoadedModel model;
    private final SessionSetup frame;
    private final CachedTokenSequence tokens;
    private final ImageStore images;
    private final Checkpoint checkpoint = new Steps();

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

    /** Asks whether the work is wanted, and tells the answer that computes, if one does, how far it is. */
    private final class Steps implements Checkpoint {
        @Override
        public void check() {
            requireWanted();
        }

        @Override
        public void imageBegins(int layers) {
            if (computing != null) {
                computing.imageBegins(layers);
            }
        }

        @Override
        public void betweenLayers() {
            requireWanted();
            if (computing != null) {
                computing.imageLayer();
            }
        }

        @Override
        public void beforeLayer(int index, int count) {
            requireWanted();
            if (computing != null) {
                computing.read(tokens.length() + tokens.passRows() * index / count);
            }
        }
    }

    ConversationSession(LoadedModel model, SessionOptions options) {
        this.model = model;
        frame = SessionSetup.of(model, options);
        images = new ImageStore(model, options, IMAGE_BYTES);
        tokens = new CachedTokenSequence(frame);
    }

    @Override
    public Generation generate(Message message, GenerationOptions generationOptions) {
        return generate(List.of(new ChatMessage.User(message)), generationOptions);
    }

    @Override
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

    @Override
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
        conversation.add(new Entry(() -> message, images.ofPrompt(SessionSetup.images(List.of(message)))));
    }

    private Prompt render() {
        List<ChatMessage> messages = new ArrayList<>();
        List<PromptImage> shown = new ArrayList<>();
        for (Entry entry : conversation) {
            messages.add(entry.message().get());
            shown.addAll(entry.images());
        }
        shown = images.together(shown);
        showAs(shown);
        ChatRequest.Chat chat = new ChatRequest.Chat(messages);
        return frame.prompt(frame.conversation(chat.messages(), frame.options().tools(), Map.of()), shown, images);
    }

    /** Keeps the images as the latest prompt shows them: their rows are found again by that. */
    private void showAs(List<PromptImage> shown) {
        int from = 0;
        for (int i = 0; i < conversation.size(); i++) {
            Entry entry = conversation.get(i);
            int to = from + entry.images().size();
            conversation.set(i, new Entry(entry.message(), List.copyOf(shown.subList(from, to))));
            from = to;
        }
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
                || computing != null && computing.ended()
                || Thread.currentThread().isInterrupted()) {
            throw new Stopped();
        }
    }

    /**
     * Brings the KV cache to the state of {@code prompt} and computes the logits after its last position.
     *
     * @throws Stopped if that is not wanted any more
     */
    void prefill(Prompt prompt, SessionGeneration generation) {
        int reused = tokens.reuse(prompt);
        generation.reused(reused);
        List<PromptImage> unknown = prompt.imagesFrom(reused).stream()
                .filter(image -> image.rows().values() == null)
                .toList();
        generation.encodes(unknown.size());
        for (PromptImage image : unknown) {
            long start = System.nanoTime();
            model.enter();
            try {
                images.encode(image, checkpoint);
            } finally {
                model.exit();
            }
            generation.imageEncoded();
            generation.addTimes(System.nanoTime() - start, 0, 0);
        }
        long start = System.nanoTime();
        tokens.compute(prompt, checkpoint);
        generation.read(prompt.size());
        generation.addTimes(0, System.nanoTime() - start, 0);
    }

    /** Images that went through the vision tower so far. */
    int towerPasses() {
        return images.towerPasses();
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

    @Override
    public Optional<Message> undo() {
        cancelActive();
        usage.enterAlone();
        try {
            active = null;
            while (!conversation.isEmpty()) {
                if (conversation.removeLast().message().get() instanceof ChatMessage.User question) {
                    return Optional.of(question.message());
                }
            }
            return Optional.empty();
        } finally {
            usage.exit();
        }
    }

    @Override
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

    @Override
    public int contextSize() {
        return tokens.contextSize();
    }

    @Override
    public long cacheBytes() {
        return tokens.cacheBytes();
    }

    @Override
    public int contextUsed() {
        return tokens.length();
    }

    @Override
    public void close() {
        cancelActive();
        usage.close();
    }

    private void free() {
        tokens.close();
    }
}
