// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.testing.Allocation;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PyTorchFileTest {
    private static final byte[] SIX = new Bytes().floats(0, 1, 2, 3, 4, 5).toArray();

    @Test
    void readsTensorsThatShareAStorage() {
        byte[] pickle = Pickle.dictionary()
                .tensor("all", "FloatStorage", "0", 6, 0, ints(2, 3), ints(3, 1))
                .tensor("tail", "FloatStorage", "0", 6, 4, ints(2), ints(1))
                .tensor("scalar", "FloatStorage", "0", 6, 5, ints(), ints())
                .tensor("none", "FloatStorage", "0", 6, 6, ints(0, 4), ints(4, 1))
                .finish();
        with(Pickle.file(pickle, SIX), file -> {
            assertEquals(List.of("all", "tail", "scalar", "none"), List.copyOf(file.names()));
            assertEquals(List.of(2L, 3L), find(file, "all").shape());
            assertEquals(ElementType.F32, find(file, "all").type());
            assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, Values.floats(find(file, "all"), 4));
            assertArrayEquals(new float[] {4, 5}, Values.floats(find(file, "tail"), 2));
            assertArrayEquals(new float[] {5}, Values.floats(find(file, "scalar"), 1));
            assertEquals(List.of(), find(file, "scalar").shape());
            assertEquals(0, find(file, "none").elements());
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> find(file, "tail").read(1, MemorySegment.ofArray(new byte[8])));
        });
    }

    /** The expected values come from the definition: element [i, j, k] lies at first + 12i + j + 4k, and so on. */
    @Test
    void readsStridesInRowMajorOrder() {
        int[][] layouts = {{1, 2, 2, 12, 1, 4}, {3, 2, 4, 1, 12, 3}, {2, 3, 2, 6, 2, 1}, {1, 4, 3, 0, 3, 7}};
        for (ElementType type : new ElementType[] {ElementType.F16, ElementType.F32, ElementType.I64}) {
            byte[] storage = counting(40, type);
            for (int[] layout : layouts) {
                int[] shape = ints(layout[0], layout[1], layout[2]);
                int[] strides = ints(layout[3], layout[4], layout[5]);
                byte[] pickle = Pickle.dictionary()
                        .tensor("t", storageClass(type), "0", 40, 2, shape, strides)
                        .finish();
                with(Pickle.file(pickle, storage), file -> {
                    for (int piece = 1; piece <= 24; piece++) {
                        assertArrayEquals(expected(shape, strides, 2), Values.floats(find(file, "t"), piece));
                    }
                });
            }
        }
    }

    @Test
    void readsEveryStorageClass() {
        for (ElementType type :
                List.of(ElementType.F16, ElementType.BF16, ElementType.F32, ElementType.I32, ElementType.I64)) {
            byte[] storage = new byte[2 * type.bytes()];
            for (int i = 0; i < storage.length; i++) {
                storage[i] = (byte) (i + 1);
            }
            byte[] pickle = Pickle.dictionary()
                    .tensor("t", storageClass(type), "0", 2, 0, ints(2), ints(1))
                    .finish();
            with(Pickle.file(pickle, storage), file -> {
                assertEquals(type, find(file, "t").type());
                assertArrayEquals(storage, Values.stored(find(file, "t")));
            });
        }
    }

    /** What PyTorch adds around the tensors: attributes of the dictionary, and other forms of the same opcodes. */
    @Test
    void readsAttributesAndNewerProtocols() {
        Pickle pickle = new Pickle().op(0x80, 4).op(0x95).number(20, 8);
        pickle.op(0x8c, 11).raw(ascii("collections")).op(0x94);
        pickle.op(0x8c, 11).raw(ascii("OrderedDict")).op(0x94, 0x93, 0x94, ')', 'R', 0x94);
        pickle.text("t").global("torch._utils", "_rebuild_tensor_v2").op('(').storage("FloatStorage", "0", 6);
        pickle.op(0x8a, 1, 2, 'M', 2, 0, 0x85, 'K', 1, 0x85, 0x88, 'h', 2, ')', 'R', 't', 'R', 'q', 200, 's');
        pickle.op('r')
                .number(70_000, 4)
                .op('}')
                .text("_metadata")
                .op('}')
                .text("version")
                .op('N', 's', 's');
        pickle.op('(')
                .text("list")
                .op(']', 'K', 1, 'a', '(', 'K', 2, 'j')
                .number(70_000, 4)
                .op('e', 'u', 'b', '.');
        with(
                Pickle.file(pickle.toArray(), SIX),
                file -> assertArrayEquals(new float[] {2, 3}, Values.floats(find(file, "t"), 2)));
    }

    @Test
    void refusesEveryOtherGlobal() {
        String[][] globals = {
            {"os", "system"},
            {"builtins", "eval"},
            {"torch", "DoubleStorage"},
            {"torch._utils", "_rebuild_parameter"},
            {"collections", "OrderedDict.fromkeys"},
            {"torch", "HalfStorage "},
            {"", ""},
            {"torch\u001b[2J", "x"}
        };
        for (String[] global : globals) {
            byte[] byLine =
                    new Pickle().op(0x80, 2).global(global[0], global[1]).toArray();
            refuses(Pickle.file(byLine), "pickle at byte ", "imports \"", "was not executed");
            byte[] byStack = new Pickle()
                    .op(0x80, 4)
                    .text(global[0])
                    .text(global[1])
                    .op(0x93)
                    .toArray();
            refuses(Pickle.file(byStack), "pickle at byte ", "imports \"", "was not executed");
        }
        refuses(Pickle.file(new Pickle().op(0x80, 2).global("os", "system").toArray()), "\"os.system\"");
    }

    @Test
    void refusesOtherOpcodes() {
        for (int opcode = 0; opcode < 256; opcode++) {
            byte[] pickle = new Pickle()
                    .op(0x80, 2, 'N', opcode)
                    .op(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
                    .toArray();
            refuses(Pickle.file(pickle), "pickle at byte ");
        }
        for (int opcode :
                new int[] {'i', 'o', 'S', 'I', 'F', 'G', 'V', 'P', 'd', 'l', 'p', 'g', '0', '1', '2', 0x81, 0x92}) {
            byte[] pickle = new Pickle().op(0x80, 2, 'N', opcode).toArray();
            refuses(Pickle.file(pickle), "opcode 0x" + Integer.toHexString(opcode) + " has no place");
        }
    }

    @Test
    void refusesInvalidOperations() {
        refusesPickle("protocol version", 'N', '.');
        refusesPickle("pickle protocol 1", 0x80, 1, 'N', '.');
        refusesPickle("pickle protocol 6", 0x80, 6, 'N', '.');
        refusesPickle("stack has none", 0x80, 2, '.');
        refusesPickle("stack has none", 0x80, 2, 'N', '(', 'q', 0);
        refusesPickle("stack has 1", 0x80, 2, 'N', 0x86);
        refusesPickle("stack has 0", 0x80, 2, 'N', '(', 0x85);
        refusesPickle("a mark is needed", 0x80, 2, 'N', 't');
        refusesPickle("value 7 is recalled", 0x80, 2, 'h', 7);
        refusesPickle("left over", 0x80, 2, 'N', 'N', '.');
        refusesPickle("left over", 0x80, 2, 'N', '.', 'N');
        refusesPickle("keys and values for None", 0x80, 2, 'N', 'N', 'N', 's');
        refusesPickle("a key that is None", 0x80, 2, '}', 'N', 'N', 's');
        refusesPickle("3 keys and values", 0x80, 2, '}', '(', 'N', 'N', 'N', 'u');
        refusesPickle("items for a dictionary", 0x80, 2, '}', 'N', 'a');
        refusesPickle("a call of None", 0x80, 2, 'N', ')', 'R');
        refusesPickle("a state for None", 0x80, 2, 'N', '}', 'b');
        refusesPickle("a reference that is not", 0x80, 2, 'N', 'Q');
        refusesPickle("an integer of 9 bytes", 0x80, 2, 0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        refusesPickle("at most 65536", 0x80, 2, 'X', 255, 255, 255, 255);
        refusesPickle("are left in the pickle", 0x80, 2, 'X', 9, 0, 0, 0, 'a');
        refusesPickle("a frame of", 0x80, 4, 0x95, 255, 255, 255, 255, 255, 255, 255, 255);
        refusesPickle("not valid UTF-8", 0x80, 2, 'X', 1, 0, 0, 0, 0xFF);
        refusesPickle("is None", 0x80, 2, '}', 'X', 1, 0, 0, 0, 'a', 'N', 's', '.');
        refusesPickle("a dictionary; the file must be", 0x80, 2, '}', 'X', 1, 0, 0, 0, 'a', '}', 's', '.');
        refusesPickle(
                "key \"a\" appears twice",
                0x80,
                2,
                '}',
                '(',
                'X',
                1,
                0,
                0,
                0,
                'a',
                'N',
                'X',
                1,
                0,
                0,
                0,
                'a',
                'N',
                'u');
        refusesPickle("holds a list", 0x80, 2, ']', '.');
        byte[] storageCalled = new Pickle()
                .op(0x80, 2)
                .global("torch", "HalfStorage")
                .op(')', 'R')
                .toArray();
        refuses(Pickle.file(storageCalled), "HALF_STORAGE, which cannot be called");
        byte[] arguments = new Pickle()
                .op(0x80, 2)
                .global("collections", "OrderedDict")
                .op('N', 0x85, 'R')
                .toArray();
        refuses(Pickle.file(arguments), "an OrderedDict with arguments");
        byte[] global =
                new Pickle().op(0x80, 2).global("torch", "x".repeat(300)).toArray();
        refuses(Pickle.file(global), "a name of more than");
    }

    /** A dictionary that contains itself and deeply nested tuples: no code may walk them. */
    @Test
    @Timeout(10)
    void refusesCyclesAndDeepNestingQuickly() {
        refusesPickle("is a dictionary", 0x80, 2, '}', 'q', 0, 'X', 1, 0, 0, 0, 'a', 'h', 0, 's', '.');
        Pickle tower = new Pickle().op(0x80, 2, 'N');
        for (int i = 0; i < 10_000; i++) {
            tower.op('q', 0, 'h', 0, 0x86);
        }
        refuses(Pickle.file(tower.op('.').toArray()), "holds a tuple");
        refuses(Pickle.file(repeat('N', 70_000)), "more than 65536 values at once");
        refuses(Pickle.file(repeat('(', 70_000)), "more than 65536 marks");
        Pickle many = new Pickle().op(0x80, 2, ']');
        for (int i = 0; i < 1_100_000; i++) {
            many.op('}', 'a');
        }
        refuses(Pickle.file(many.op('.').toArray()), "1048576 in all");
        Pickle memo = new Pickle().op(0x80, 4, 'N');
        for (int i = 0; i < 1_100_000; i++) {
            memo.op(0x94);
        }
        refuses(Pickle.file(memo.op('.').toArray()), "more than 1048576 values are remembered");
        refuses(Pickle.file(new byte[(1 << 26) + 1]), "it has 67108865 bytes");
    }

    @Test
    void refusesTensorsOutsideOfTheirStorage() {
        refusesTensor("reaches outside", 0, ints(7), ints(1));
        refusesTensor("reaches outside", 1, ints(6), ints(1));
        refusesTensor("reaches outside", -1, ints(2), ints(1));
        refusesTensor("reaches outside", 6, ints(), ints());
        refusesTensor("reaches outside", 7, ints(0), ints(1));
        refusesTensor("reaches outside", 0, ints(2, 2), ints(5, 1));
        refusesTensor("reaches outside", Long.MAX_VALUE - 1, ints(0), ints(1));
        refusesTensor("overflows", Long.MAX_VALUE, ints(2), ints(1));
        refusesTensor("overflows", 0, ints(1 << 30, 1 << 30, 1 << 30), ints(0, 0, 0));
        refusesTensor("reaches outside", 0, ints(1 << 30, 1 << 30), ints(1 << 30, 1 << 30));
        refusesTensor("more elements than its storage", 0, ints(7), ints(0));
        refusesTensor("more elements than its storage", 0, ints(1 << 30, 1 << 30), ints(0, 0));
        refusesTensor("must not be negative", 5, ints(2), ints(-1));
        refusesTensor("must not be negative", 0, ints(-2), ints(1));
        refusesTensor("differ in length", 0, ints(2), ints());
        refusesTensor("at most 8", 0, ints(1, 1, 1, 1, 1, 1, 1, 1, 1), ints(1, 1, 1, 1, 1, 1, 1, 1, 1));
    }

    @Test
    void refusesStoragesWithWrongSizes() {
        refuses(Pickle.file(tensor("FloatStorage", "0", 6)), "tensor \"t\"", "\"archive/data/0\" is missing");
        refuses(Pickle.file(tensor("FloatStorage", "../version", 6), SIX), "is missing");
        refuses(Pickle.file(tensor("FloatStorage", "0", 7), SIX), "has 24 bytes", "7 elements of F32");
        refuses(Pickle.file(tensor("FloatStorage", "0", 5), SIX), "has 24 bytes");
        refuses(Pickle.file(tensor("HalfStorage", "0", 6), SIX), "6 elements of F16");
        refuses(Pickle.file(tensor("LongStorage", "0", 1L << 61), SIX), "elements of I64");
        refuses(Pickle.file(tensor("LongStorage", "0", -1), SIX), "a reference that is not");
        refuses(Pickle.file(tensor("FloatStorage", "0", 6), new byte[25]), "has 25 bytes");
    }

    @Test
    void refusesOtherByteOrders() {
        byte[] pickle = tensor("FloatStorage", "0", 6);
        assertTrue(Hostile.reads(
                Pickle.zip(pickle, SIX)
                        .add("archive/byteorder", ascii("little"))
                        .toArray(),
                PyTorchFile::read));
        for (String order : new String[] {"big", "", "little\n", "bittle"}) {
            refuses(
                    Pickle.zip(pickle, SIX)
                            .add("archive/byteorder", ascii(order))
                            .toArray(),
                    "byteorder");
        }
    }

    @Test
    void refusesOtherArchives() {
        refuses(new Zip().add("a/version", new byte[1]).toArray(), "has 0 entries named data.pkl");
        refuses(new Zip().add("data.pkl", new byte[1]).toArray(), "has 0 entries named data.pkl");
        refuses(
                new Zip()
                        .add("a/data.pkl", new byte[1])
                        .add("b/data.pkl", new byte[1])
                        .toArray(),
                "has 2 entries named data.pkl");
        refuses(new byte[0], "not a zip archive");
        refuses(ascii("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), "not a zip archive");
    }

    @Test
    void claimedSizesAllocateNothing() {
        byte[][] files = {
            Pickle.file(new Pickle().op(0x80, 2, 'X').number(65_535, 4).toArray()),
            Pickle.file(new Pickle().op(0x80, 2, 'X').number(0xFFFF_FFFFL, 4).toArray()),
            Pickle.file(
                    new Pickle().op(0x80, 2, 'N', 'r').number(0xFFFF_FFFFL, 4).toArray()),
            Pickle.file(tensor("FloatStorage", "0", Long.MAX_VALUE), SIX),
        };
        for (byte[] file : files) {
            Hostile.refusal(file, PyTorchFile::read);
        }
        long before = Allocation.bytes();
        for (byte[] file : files) {
            Hostile.refusal(file, PyTorchFile::read);
        }
        long allocated = Allocation.bytes() - before;
        assertTrue(allocated < 1 << 20, allocated + " bytes were allocated");
    }

    private static byte[] repeat(int opcode, int count) {
        Pickle pickle = new Pickle().op(0x80, 2);
        for (int i = 0; i < count; i++) {
            pickle.op(opcode);
        }
        return pickle.toArray();
    }

    private static byte[] tensor(String storageClass, String key, long elements) {
        return Pickle.dictionary()
                .tensor("t", storageClass, key, elements, 0, ints(2), ints(1))
                .finish();
    }

    private static void refusesTensor(String part, long first, int[] shape, int[] strides) {
        byte[] pickle = Pickle.dictionary()
                .tensor("t", "FloatStorage", "0", 6, first, shape, strides)
                .finish();
        refuses(Pickle.file(pickle, SIX), part);
    }

    private static void refusesPickle(String part, int... opcodes) {
        refuses(Pickle.file(new Pickle().op(opcodes).toArray()), part);
    }

    private static void refuses(byte[] file, String... parts) {
        Hostile.refuses(file, PyTorchFile::read, parts);
    }

    private static void with(byte[] bytes, Consumer<Checkpoint> use) {
        Hostile.with(bytes, file -> {
            use.accept(PyTorchFile.read(file));
            return null;
        });
    }

    private static SourceTensor find(Checkpoint file, String name) {
        return file.find(name).orElseThrow();
    }

    private static float[] expected(int[] shape, int[] strides, int first) {
        float[] values = new float[shape[0] * shape[1] * shape[2]];
        int at = 0;
        for (int i = 0; i < shape[0]; i++) {
            for (int j = 0; j < shape[1]; j++) {
                for (int k = 0; k < shape[2]; k++) {
                    values[at++] = first + i * strides[0] + j * strides[1] + k * strides[2];
                }
            }
        }
        return values;
    }

    /** The numbers 0, 1, ... */
    private static byte[] counting(int count, ElementType type) {
        Bytes bytes = new Bytes();
        for (int i = 0; i < count; i++) {
            switch (type) {
                case F16 -> bytes.number(Float.floatToFloat16(i), 2);
                case F32 -> bytes.floats(i);
                default -> bytes.number(i, type.bytes());
            }
        }
        return bytes.toArray();
    }

    private static String storageClass(ElementType type) {
        return switch (type) {
            case F16 -> "HalfStorage";
            case BF16 -> "BFloat16Storage";
            case F32 -> "FloatStorage";
            case I32 -> "IntStorage";
            case I64 -> "LongStorage";
            default -> throw new AssertionError(type);
        };
    }

    private static int[] ints(int... values) {
        return values;
    }

    private static byte[] ascii(String text) {
        return new Bytes().text(text).toArray();
    }
}
