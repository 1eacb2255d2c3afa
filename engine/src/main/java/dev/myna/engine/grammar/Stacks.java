// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import dev.myna.engine.error.GrammarException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Makes the stacks of one mask. A {@link Stack} stands for a set of stacks that share their bottoms, so that an ambiguous
 * grammar needs few objects for many stacks; equal ones are the same object as long as the tables are not cleared.
 */
final class Stacks {
    /** A place to go on at: a step, how often its loop has begun (0 if it is no loop), and the stacks below. */
    record Frame(int id, int step, int count, Stack below) {}

    /** Alternative topmost frames, by ascending id; {@code bottom} if the empty stack is among the alternatives. */
    record Stack(int id, Frame[] frames, boolean bottom) {}

    private record FrameKey(int step, int count, int below) {}

    private static final class StackKey {
        private final Frame[] frames;
        private final boolean bottom;
        private final int hash;

        StackKey(Frame[] frames, boolean bottom) {
            this.frames = frames;
            this.bottom = bottom;
            int h = bottom ? 1 : 0;
            for (Frame frame : frames) {
                h = 31 * h + frame.id();
            }
            hash = h;
        }

        @Override
        public boolean equals(Object other) {
            if (!(other instanceof StackKey key) || hash != key.hash || bottom != key.bottom) {
                return false;
            }
            if (frames.length != key.frames.length) {
                return false;
            }
            for (int i = 0; i < frames.length; i++) {
                if (frames[i] != key.frames[i]) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /** No frames on any path: where an answer begins. */
    static final Stack BOTTOM = new Stack(0, new Frame[0], true);

    private static final int MAX_ALTERNATIVES = 1 << 14;

    private final Map<FrameKey, Stack> pushed = new HashMap<>();
    private final Map<StackKey, Stack> unions = new HashMap<>();
    private int lastId;
    private int size;

    /** {@code below} with one frame on top. */
    Stack push(int step, int count, Stack below) {
        FrameKey key = new FrameKey(step, count, below.id());
        Stack stack = pushed.get(key);
        if (stack == null) {
            Frame[] frames = {new Frame(++lastId, step, count, below)};
            stack = intern(frames, false);
            pushed.put(key, stack);
        }
        return stack;
    }

    /** All stacks of both. {@code a} itself if it holds those of {@code b}. */
    Stack union(Stack a, Stack b) {
        if (a == b) {
            return a;
        }
        Frame[] merged = new Frame[a.frames().length + b.frames().length];
        int i = 0;
        int j = 0;
        int count = 0;
        while (i < a.frames().length || j < b.frames().length) {
            int left = i < a.frames().length ? a.frames()[i].id() : Integer.MAX_VALUE;
            int right = j < b.frames().length ? b.frames()[j].id() : Integer.MAX_VALUE;
            merged[count++] = left <= right ? a.frames()[i] : b.frames()[j];
            i += left <= right ? 1 : 0;
            j += right <= left ? 1 : 0;
        }
        boolean bottom = a.bottom() || b.bottom();
        if (count == a.frames().length && bottom == a.bottom()) {
            return a;
        }
        if (count == b.frames().length && bottom == b.bottom()) {
            return b;
        }
        if (count > MAX_ALTERNATIVES) {
            throw new GrammarException(
                    "grammar: it is too ambiguous: one text can be read in more than " + MAX_ALTERNATIVES + " ways");
        }
        return intern(Arrays.copyOf(merged, count), bottom);
    }

    private Stack intern(Frame[] frames, boolean bottom) {
        StackKey key = new StackKey(frames, bottom);
        Stack stack = unions.get(key);
        if (stack == null) {
            stack = new Stack(++lastId, frames, bottom);
            unions.put(key, stack);
            size += 1 + frames.length;
        }
        return stack;
    }

    /** Frames of all stacks together, and one for each. */
    int size() {
        return size + pushed.size();
    }

    /** Forgets all stacks, which stay usable: new ones equal to them will be other objects. */
    void clear() {
        pushed.clear();
        unions.clear();
        size = 0;
    }
}
