// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import java.nio.charset.StandardCharsets;

/** Builds pickles opcode by opcode, independent of the reader under test. */
final class Pickle {
    private final Bytes bytes = new Bytes();

    /** The beginning of a dictionary of tensors: an OrderedDict and an open mark. */
    static Pickle dictionary() {
        return new Pickle()
                .op(0x80, 2)
                .global("collections", "OrderedDict")
                .op(')', 'R')
                .op('(');
    }

    /** Adds a key and a tensor. */
    Pickle tensor(String name, String storageClass, String key, long elements, long first, int[] shape, int[] strides) {
        text(name).global("torch._utils", "_rebuild_tensor_v2").op('(');
        storage(storageClass, key, elements);
        return integer(first)
                .integers(shape)
                .integers(strides)
                .op(0x89)
                .global("collections", "OrderedDict")
                .op(')', 'R')
                .op('t', 'R');
    }

    /** A reference to a storage. */
    Pickle storage(String storageClass, String key, long elements) {
        op('(').text("storage")
                .global("torch", storageClass)
                .text(key)
                .text("cpu")
                .integer(elements);
        return op('t', 'Q');
    }

    /** Sets the items since the mark, and ends. */
    byte[] finish() {
        return op('u', '.').toArray();
    }

    Pickle op(int... opcodes) {
        bytes.u8(opcodes);
        return this;
    }

    Pickle number(long value, int count) {
        bytes.number(value, count);
        return this;
    }

    Pickle raw(byte[] raw) {
        bytes.raw(raw);
        return this;
    }

    Pickle global(String module, String name) {
        bytes.u8('c').text(module + "\n" + name + "\n");
        return this;
    }

    Pickle text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        bytes.u8('X').number(utf8.length, 4).raw(utf8);
        return this;
    }

    Pickle integer(long value) {
        if (value >= 0 && value < 256) {
            bytes.u8('K').number(value, 1);
        } else if (value == (int) value) {
            bytes.u8('J').number(value, 4);
        } else {
            bytes.u8(0x8a, 8).number(value, 8);
        }
        return this;
    }

    Pickle integers(int... values) {
        op('(');
        for (int value : values) {
            integer(value);
        }
        return op('t');
    }

    byte[] toArray() {
        return bytes.toArray();
    }

    /** A PyTorch file of this pickle, already finished, and storages under the keys 0, 1, ... */
    static byte[] file(byte[] pickle, byte[]... storages) {
        return zip(pickle, storages).toArray();
    }

    static Zip zip(byte[] pickle, byte[]... storages) {
        Zip zip = new Zip().add("archive/data.pkl", pickle);
        for (int i = 0; i < storages.length; i++) {
            zip.add("archive/data/" + i, storages[i]);
        }
        return zip.add("archive/version", new byte[] {'3', '\n'});
    }
}
