// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import dev.myna.loaders.text.Text;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the pickle of a checkpoint as data (Python's pickletools documents the opcodes). It supports the opcodes and names
 * that a dictionary of tensors needs, and refuses everything else. Nothing is executed.
 */
final class PickleReader {
    private static final int OLDEST_PROTOCOL = 2;
    private static final int NEWEST_PROTOCOL = 5;
    private static final int MAX_STRING = 65_536;
    private static final int MAX_STACK = 65_536;
    /** A tensor takes about 25 values, so this is far more than any published file has, and small in memory. */
    private static final int MAX_VALUES = 1 << 20;

    private static final long MAX_BYTES = 1 << 26;

    private static final int MAX_DIMENSIONS = 8;
    private static final int PROTO = 0x80;

    private final PickleCursor cursor;
    private final List<PickleValue> stack = new ArrayList<>();
    /** Stack sizes at the open marks. */
    private final Deque<Integer> marks = new ArrayDeque<>();

    private final Map<Long, PickleValue> memo = new HashMap<>();
    private int values;

    private PickleReader(PickleCursor cursor) {
        this.cursor = cursor;
    }

    /**
     * The value in the bytes {@code begin} to {@code end} of a file.
     *
     * @throws CheckpointException if they are malformed, or contain anything that a dictionary of tensors does not need
     */
    static PickleValue read(MappedFile file, long begin, long end) {
        if (end - begin > MAX_BYTES) {
            throw file.fail("pickle at byte " + begin + ": it has " + (end - begin) + " bytes; at most " + MAX_BYTES
                    + " are read");
        }
        return new PickleReader(new PickleCursor(file, begin, end)).run();
    }

    private PickleValue run() {
        if (cursor.opcode() != PROTO) {
            throw cursor.fail("the pickle does not begin with a protocol version");
        }
        int protocol = cursor.u8();
        if (protocol < OLDEST_PROTOCOL || protocol > NEWEST_PROTOCOL) {
            throw cursor.fail(
                    "pickle protocol " + protocol + "; " + OLDEST_PROTOCOL + " to " + NEWEST_PROTOCOL + " are read");
        }
        int opcode = cursor.opcode();
        while (opcode != '.') {
            step(opcode);
            opcode = cursor.opcode();
        }
        PickleValue result = pop();
        if (!stack.isEmpty() || !marks.isEmpty() || cursor.left() != 0) {
            throw cursor.fail("something is left over at the end of the pickle");
        }
        return result;
    }

    private void step(int opcode) {
        switch (opcode) {
            case '(' -> mark();
            case '}' -> push(new PickleValue.Dictionary());
            case ']' -> push(new PickleValue.Sequence());
            case ')' -> push(new PickleValue.Tuple(List.of()));
            case 't' -> push(new PickleValue.Tuple(popToMark()));
            case 0x85 -> push(new PickleValue.Tuple(pop(1)));
            case 0x86 -> push(new PickleValue.Tuple(pop(2)));
            case 0x87 -> push(new PickleValue.Tuple(pop(3)));
            case 'N' -> push(PickleValue.NONE);
            case 0x88 -> push(new PickleValue.Flag(true));
            case 0x89 -> push(new PickleValue.Flag(false));
            case 'J' -> push(new PickleValue.Whole(cursor.i32()));
            case 'K' -> push(new PickleValue.Whole(cursor.u8()));
            case 'M' -> push(new PickleValue.Whole(cursor.u16()));
            case 0x8a -> push(new PickleValue.Whole(cursor.integer(cursor.u8())));
            case 'X' -> push(new PickleValue.Text(cursor.text(cursor.u32(), MAX_STRING)));
            case 0x8c -> push(new PickleValue.Text(cursor.text(cursor.u8(), MAX_STRING)));
            case 'q' -> memoize(cursor.u8());
            case 'r' -> memoize(cursor.u32());
            case 0x94 -> memoize(memo.size());
            case 'h' -> recall(cursor.u8());
            case 'j' -> recall(cursor.u32());
            case 'c' -> push(global(cursor.line(), cursor.line()));
            case 0x93 -> stackGlobal();
            case 'Q' -> push(storage(pop()));
            case 'R' -> reduce();
            case 'b' -> build();
            case 's' -> setItems(pop(2));
            case 'u' -> setItems(popToMark());
            case 'a' -> append(pop(1));
            case 'e' -> append(popToMark());
            case 0x95 -> frame(cursor.u64());
            default ->
                throw cursor.fail("opcode 0x" + Integer.toHexString(opcode)
                        + " has no place in a dictionary of tensors; the file is damaged or not to be trusted");
        }
    }

    private void push(PickleValue value) {
        if (stack.size() == MAX_STACK || values == MAX_VALUES) {
            throw cursor.fail("more than " + MAX_STACK + " values at once or " + MAX_VALUES + " in all");
        }
        values++;
        stack.add(value);
    }

    private void mark() {
        if (marks.size() == MAX_STACK) {
            throw cursor.fail("more than " + MAX_STACK + " marks");
        }
        marks.push(stack.size());
    }

    /** The value on top, which lies above the last mark. */
    private PickleValue top() {
        if (stack.size() <= floor()) {
            throw cursor.fail("a value is needed, but the stack has none");
        }
        return stack.getLast();
    }

    private int floor() {
        return marks.isEmpty() ? 0 : marks.peek();
    }

    private PickleValue pop() {
        top();
        return stack.removeLast();
    }

    private List<PickleValue> pop(int count) {
        if (stack.size() - floor() < count) {
            throw cursor.fail(count + " values are needed, but the stack has " + (stack.size() - floor()));
        }
        return cut(stack.size() - count);
    }

    private List<PickleValue> popToMark() {
        if (marks.isEmpty()) {
            throw cursor.fail("a mark is needed, but the stack has none");
        }
        return cut(marks.pop());
    }

    private List<PickleValue> cut(int from) {
        List<PickleValue> top = stack.subList(from, stack.size());
        List<PickleValue> values = List.copyOf(top);
        top.clear();
        return values;
    }

    private void memoize(long index) {
        PickleValue value = top();
        memo.put(index, value);
        if (memo.size() > MAX_VALUES) {
            throw cursor.fail("more than " + MAX_VALUES + " values are remembered");
        }
    }

    private void recall(long index) {
        PickleValue value = memo.get(index);
        if (value == null) {
            throw cursor.fail("value " + index + " is recalled before it is remembered");
        }
        push(value);
    }

    private void frame(long bytes) {
        if (bytes < 0 || bytes > cursor.left()) {
            throw cursor.fail("a frame of " + Long.toUnsignedString(bytes) + " bytes, but " + cursor.left()
                    + " are left in the pickle");
        }
    }

    private void stackGlobal() {
        List<PickleValue> names = pop(2);
        if (names.get(0) instanceof PickleValue.Text(String module)
                && names.get(1) instanceof PickleValue.Text(String symbol)) {
            push(global(module, symbol));
        } else {
            throw cursor.fail("the name of a global is " + names.get(0).kind() + " and "
                    + names.get(1).kind());
        }
    }

    private PickleValue.Global global(String module, String symbol) {
        return PickleGlobal.find(module, symbol)
                .map(PickleValue.Global::new)
                .orElseThrow(() -> cursor.fail("the pickle imports " + Text.quote(module + "." + symbol)
                        + ", which a dictionary of tensors does not need; it was not executed, do not trust the file"));
    }

    /** A reference to elements: ("storage", class, key, device, count). */
    private PickleValue.Storage storage(PickleValue id) {
        if (id instanceof PickleValue.Tuple(List<PickleValue> items)
                && items.size() == 5
                && items.get(0) instanceof PickleValue.Text(String tag)
                && tag.equals("storage")
                && items.get(1) instanceof PickleValue.Global(PickleGlobal type)
                && type.element().isPresent()
                && items.get(2) instanceof PickleValue.Text(String key)
                && items.get(3) instanceof PickleValue.Text
                && items.get(4) instanceof PickleValue.Whole(long elements)
                && elements >= 0) {
            return new PickleValue.Storage(type.element().get(), key, elements);
        }
        throw cursor.fail("a reference that is not (\"storage\", class, key, device, count)");
    }

    private void reduce() {
        List<PickleValue> call = pop(2);
        if (!(call.get(0) instanceof PickleValue.Global(PickleGlobal callee))
                || !(call.get(1) instanceof PickleValue.Tuple(List<PickleValue> arguments))) {
            throw cursor.fail(
                    "a call of " + call.get(0).kind() + " with " + call.get(1).kind());
        }
        push(
                switch (callee) {
                    case ORDERED_DICT -> orderedDict(arguments);
                    case REBUILD_TENSOR -> tensor(arguments);
                    default -> throw cursor.fail("a call of " + callee + ", which cannot be called");
                });
    }

    private PickleValue orderedDict(List<PickleValue> arguments) {
        if (!arguments.isEmpty()) {
            throw cursor.fail("an OrderedDict with arguments; its entries must follow it");
        }
        return new PickleValue.Dictionary();
    }

    /** Arguments: storage, offset, shape, strides, whether gradients are needed, hooks. */
    private PickleValue tensor(List<PickleValue> arguments) {
        if (arguments.size() == 6
                && arguments.get(0) instanceof PickleValue.Storage storage
                && arguments.get(1) instanceof PickleValue.Whole(long first)
                && arguments.get(4) instanceof PickleValue.Flag
                && arguments.get(5) instanceof PickleValue.Dictionary) {
            return new PickleValue.Tensor(
                    storage, first, integers(arguments.get(2), "shape"), integers(arguments.get(3), "strides"));
        }
        throw cursor.fail("a tensor that is not made of storage, offset, shape, strides, a bool and hooks");
    }

    private List<Long> integers(PickleValue value, String what) {
        if (!(value instanceof PickleValue.Tuple(List<PickleValue> items)) || items.size() > MAX_DIMENSIONS) {
            throw cursor.fail(
                    "the " + what + " of a tensor must be a tuple of at most " + MAX_DIMENSIONS + " integers");
        }
        List<Long> integers = new ArrayList<>();
        for (PickleValue item : items) {
            if (!(item instanceof PickleValue.Whole(long integer))) {
                throw cursor.fail("the " + what + " of a tensor holds " + item.kind());
            }
            integers.add(integer);
        }
        return List.copyOf(integers);
    }

    /** Attributes of a dictionary (PyTorch stores module versions there): ignored. */
    private void build() {
        List<PickleValue> values = pop(2);
        if (!(values.get(0) instanceof PickleValue.Dictionary) || !(values.get(1) instanceof PickleValue.Dictionary)) {
            throw cursor.fail("a state for " + values.get(0).kind() + " that is "
                    + values.get(1).kind());
        }
        push(values.get(0));
    }

    private void setItems(List<PickleValue> items) {
        if (!(top() instanceof PickleValue.Dictionary dictionary) || items.size() % 2 != 0) {
            throw cursor.fail(items.size() + " keys and values for " + top().kind());
        }
        for (int i = 0; i < items.size(); i += 2) {
            if (!(items.get(i) instanceof PickleValue.Text(String key))) {
                throw cursor.fail("a key that is " + items.get(i).kind() + "; it must be a string");
            }
            if (dictionary.entries().putIfAbsent(key, items.get(i + 1)) != null) {
                throw cursor.fail("key " + Text.quote(key) + " appears twice");
            }
        }
    }

    private void append(List<PickleValue> items) {
        if (!(top() instanceof PickleValue.Sequence sequence)) {
            throw cursor.fail("items for " + top().kind() + "; it must be a list");
        }
        sequence.items().addAll(items);
    }
}
