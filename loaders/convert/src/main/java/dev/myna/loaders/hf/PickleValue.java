// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value in a pickle of tensors. Values may contain each other and even themselves, so code must not walk them recursively. */
sealed interface PickleValue {
    /** Python's {@code None}. */
    None NONE = new None();

    /** The name of this kind of value in messages. */
    String kind();

    final class None implements PickleValue {
        private None() {}

        @Override
        public String kind() {
            return "None";
        }
    }

    record Text(String value) implements PickleValue {
        @Override
        public String kind() {
            return "a string";
        }
    }

    record Whole(long value) implements PickleValue {
        @Override
        public String kind() {
            return "an integer";
        }
    }

    record Flag(boolean value) implements PickleValue {
        @Override
        public String kind() {
            return "a bool";
        }
    }

    record Tuple(List<PickleValue> items) implements PickleValue {
        @Override
        public String kind() {
            return "a tuple";
        }
    }

    /** A list. It holds no tensor, but attributes of a dictionary may contain lists. */
    final class Sequence implements PickleValue {
        private final List<PickleValue> items = new ArrayList<>();

        List<PickleValue> items() {
            return items;
        }

        @Override
        public String kind() {
            return "a list";
        }
    }

    /** A dictionary, ordered or not, whose keys are strings. */
    final class Dictionary implements PickleValue {
        private final Map<String, PickleValue> entries = new LinkedHashMap<>();

        Map<String, PickleValue> entries() {
            return entries;
        }

        @Override
        public String kind() {
            return "a dictionary";
        }
    }

    /** A name that was imported. */
    record Global(PickleGlobal name) implements PickleValue {
        @Override
        public String kind() {
            return name.toString();
        }
    }

    /**
     * Elements in the archive.
     *
     * @param key name of the file with the elements
     */
    record Storage(ElementType type, String key, long elements) implements PickleValue {
        @Override
        public String kind() {
            return "a storage";
        }
    }

    /** A view of a storage; not checked against it yet. */
    record Tensor(Storage storage, long first, List<Long> shape, List<Long> strides) implements PickleValue {
        @Override
        public String kind() {
            return "a tensor";
        }
    }
}
