// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Reads an answer while it is written: reasoning, content, calls. What is out after a piece of text depends on the text so far, not
 * on how it was cut. Source: docs/spec/chat-templates.md 7. For one thread.
 */
public final class AnswerReader {
    private enum Place {
        BEGINNING,
        REASONING,
        CONTENT,
        CALLS,
        ENDED
    }

    private final Events events = new Events();
    private final Calls calls;
    private final ToolFormat format;
    private final ReasoningTags tags;
    private final boolean parallel;

    /** What opens calls, and what is dropped. */
    private final List<String> marks = new ArrayList<>();

    private final boolean hasTools;

    /** What has arrived and is not out, nor certain never to be. */
    private final StringBuilder text = new StringBuilder();

    private Place place;

    /** No mark begins before this place. */
    private int scanned;

    /** Where the last word before that place ends; 0 if there is none. */
    private int wordEnd;

    /** White space is dropped up to the next word. */
    private boolean dropsSpace;

    private boolean hasContent;

    /** In calls: where the mark begins and ends that opened them. */
    private int markFrom;

    private int markTo;
    private CallReader reader;
    private String opened;
    private boolean bareOpened;
    private final Set<String> tagNames = new HashSet<>();

    /**
     * @param format how calls are written
     * @param tools what may be called; if empty, nothing is looked for
     * @param tags what encloses reasoning, or null to leave it in the content
     * @param parallel whether there may be more than one call; else the first one ends the answer
     * @param ids makes the names of calls
     */
    public AnswerReader(
            ToolFormat format, List<Tool> tools, ReasoningTags tags, boolean parallel, Supplier<String> ids) {
        this.format = format;
        this.tags = tags;
        this.parallel = parallel;
        calls = new Calls(tools, ids, events);
        hasTools = !tools.isEmpty();
        if (hasTools) {
            marks.addAll(format.marks());
        }
        marks.addAll(format.dropped(hasTools));
        tagNames.addAll(hasTools ? format.tags() : marks);
        if (tags != null) {
            tagNames.add(tags.open());
            tagNames.add(tags.close());
        }
        place = tags == null ? Place.CONTENT : tags.started() ? Place.REASONING : Place.BEGINNING;
        dropsSpace = place == Place.REASONING;
    }

    /** Reads more of the answer. */
    public List<AnswerEvent> accept(String piece) {
        if (place != Place.ENDED) {
            text.append(piece);
            advance(false);
        }
        return events.take();
    }

    /** The answer ends here. */
    public List<AnswerEvent> finish() {
        advance(true);
        place = Place.ENDED;
        return events.take();
    }

    /** What opens, closes and parts calls and reasoning: control tokens of these names are text here. */
    public Set<String> tags() {
        return Set.copyOf(tagNames);
    }

    /** Whether the answer has not come to its content: it reasons, or may begin to. */
    public boolean beforeContent() {
        return place == Place.BEGINNING || place == Place.REASONING;
    }

    /** Whether the model reasons. */
    public boolean reasons() {
        return place == Place.REASONING;
    }

    /**
     * What the answer says from behind the opening mark on, the first time that it is asked for after calls were opened: from here on
     * a grammar of calls may hold. Null if there is nothing new.
     */
    public String takeOpened() {
        String taken = opened;
        opened = null;
        return taken;
    }

    /** Whether nothing more is read: the one call that is wanted is complete. */
    public boolean ended() {
        return place == Place.ENDED;
    }

    /** Calls so far. */
    public int calls() {
        return calls.count();
    }

    private void advance(boolean end) {
        Place before;
        do {
            before = place;
            switch (place) {
                case BEGINNING -> beginning(end);
                case REASONING -> reasoning(end);
                case CONTENT -> content(end);
                case CALLS -> calls(end);
                case ENDED -> text.setLength(0);
            }
        } while (place != before);
    }

    private void beginning(boolean end) {
        int from = CallReader.afterSpace(text, 0);
        int open = CallReader.tagAt(text, from, tags.open());
        if (open > 0) {
            text.delete(0, from + tags.open().length());
            dropsSpace = true;
            place = Place.REASONING;
        } else if (open == 0 || end) {
            place = Place.CONTENT;
        }
    }

    private void reasoning(boolean end) {
        int closed = 0;
        while (scanned < text.length()) {
            closed = CallReader.tagAt(text, scanned, tags.close());
            if (closed > 0 || closed < 0 && !end) {
                break;
            }
            pass();
        }
        dropSpace();
        if (wordEnd > 0) {
            events.add(new AnswerEvent.Reasoning(text.substring(0, wordEnd)));
            dropsSpace = false;
            remove(wordEnd);
        }
        if (closed > 0) {
            remove(scanned + tags.close().length());
            dropsSpace = true;
            place = Place.CONTENT;
        }
    }

    /** Goes over a character that begins no mark. */
    private void pass() {
        if (!CallReader.isSpace(text.charAt(scanned++))) {
            wordEnd = scanned;
        }
    }

    /** White space at the beginning of what has been looked at goes, if it is not wanted. */
    private void dropSpace() {
        if (dropsSpace) {
            remove(wordEnd == 0 ? scanned : CallReader.afterSpace(text, 0));
        }
    }

    /** The beginning of the text is out. */
    private void remove(int count) {
        text.delete(0, count);
        scanned = Math.max(0, scanned - count);
        wordEnd = Math.max(0, wordEnd - count);
    }

    private void content(boolean end) {
        if (hasTools && format.bare() != 0 && !hasContent && calls.count() == 0) {
            int first = CallReader.afterSpace(text, scanned);
            if (first < text.length() && text.charAt(first) == format.bare()) {
                open("", first, first);
                return;
            }
        }
        while (true) {
            String mark = nextMark(end);
            dropSpace();
            emit(end && mark == null || marks.isEmpty() ? scanned : wordEnd);
            if (mark == null) {
                return;
            }
            if (format.dropped(hasTools).contains(mark)) {
                remove(scanned + mark.length());
                continue;
            }
            open(mark, scanned, scanned + mark.length());
            return;
        }
    }

    /** Moves {@link #scanned} to the next mark; null if there is none, or only what one may begin with. */
    private String nextMark(boolean end) {
        while (scanned < text.length()) {
            for (String mark : marks) {
                int found = CallReader.tagAt(text, scanned, mark);
                if (found > 0) {
                    return mark;
                }
                if (found < 0 && !end) {
                    return null;
                }
            }
            pass();
        }
        return null;
    }

    /** Content up to a place goes out. */
    private void emit(int to) {
        if (to > 0) {
            events.add(new AnswerEvent.Content(text.substring(0, to)));
            hasContent |= wordEnd > 0;
            dropsSpace = false;
            remove(to);
        }
    }

    private void open(String mark, int from, int to) {
        markFrom = from;
        markTo = to;
        reader = format.reader(mark, to, parallel);
        opened = mark.isEmpty() ? null : text.substring(to);
        place = Place.CALLS;
    }

    private void calls(boolean end) {
        CallReader.Progress progress = reader.read(text, calls);
        if (progress == CallReader.Progress.WAITS && end) {
            // What was announced stays as it is; what may have become a call is none.
            progress = reader.announced() ? CallReader.Progress.ENDED : CallReader.Progress.REFUSED;
            reader.at = reader.announced() ? text.length() : reader.at;
        }
        switch (progress) {
            case WAITS -> {
                if (markFrom == markTo && !bareOpened && reader.isCertain()) {
                    // A grammar begins with the call itself.
                    opened = text.substring(markFrom);
                    bareOpened = true;
                }
                if (reader.announced()) {
                    int read = reader.begun;
                    text.delete(0, read);
                    reader.shift(read);
                }
            }
            case ENDED -> leave(reader.at);
            case REFUSED -> {
                if (reader.announced()) {
                    leave(reader.begun);
                } else {
                    int behind = Math.max(markTo, markFrom + 1);
                    while (scanned < behind) {
                        pass();
                    }
                    place = Place.CONTENT;
                    hasContent = true;
                }
            }
        }
    }

    /** Calls end at a place, and content goes on. */
    private void leave(int at) {
        text.delete(0, at);
        scanned = 0;
        wordEnd = 0;
        dropsSpace = true;
        place = parallel ? Place.CONTENT : Place.ENDED;
    }
}
