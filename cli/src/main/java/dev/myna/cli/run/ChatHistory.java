// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.engine.ChatMessage;
import dev.myna.engine.Message;
import dev.myna.loaders.image.RgbImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The messages of a conversation, and the names of the files whose images they show. */
final class ChatHistory {
    private final List<Entry> entries = new ArrayList<>();

    /** Null: the session's, or the prompt format's. */
    private String system;

    /** @param images the images of a user's message; none of others */
    record Entry(ChatMessage message, List<NamedImage> images) {}

    /** @param name of its file, as it was given */
    record NamedImage(String name, RgbImage image) {}

    /** The system prompt, or null if none was set here. */
    String system() {
        return system;
    }

    /** @param text null for the session's, or the prompt format's */
    void setSystem(String text) {
        system = text;
    }

    List<Entry> entries() {
        return entries;
    }

    void addQuestion(String text, List<NamedImage> images) {
        RgbImage[] shown = images.stream().map(NamedImage::image).toArray(RgbImage[]::new);
        entries.add(new Entry(new ChatMessage.User(Message.of(text, shown)), List.copyOf(images)));
    }

    void add(ChatMessage message) {
        entries.add(new Entry(message, List.of()));
    }

    void addAll(List<ChatMessage> messages) {
        messages.forEach(this::add);
    }

    /** What the model is asked with. */
    List<ChatMessage> messages() {
        List<ChatMessage> messages = new ArrayList<>();
        if (system != null) {
            messages.add(new ChatMessage.System(system));
        }
        entries.forEach(entry -> messages.add(entry.message()));
        return messages;
    }

    /** Removes the last question and all that follows it; empty if there is none. */
    Optional<Entry> undo() {
        for (int i = entries.size() - 1; i >= 0; i--) {
            Entry entry = entries.get(i);
            if (entry.message() instanceof ChatMessage.User) {
                entries.subList(i, entries.size()).clear();
                return Optional.of(entry);
            }
        }
        return Optional.empty();
    }

    /** Removes what follows the last question. */
    void keepQuestion() {
        undo().ifPresent(entries::add);
    }

    /** Forgets the messages, not the system prompt. */
    void clear() {
        entries.clear();
    }
}
