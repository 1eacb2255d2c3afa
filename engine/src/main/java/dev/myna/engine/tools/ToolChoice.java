// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

import java.util.Objects;

/** Whether a model calls tools. */
public sealed interface ToolChoice {
    /** As it likes. */
    record Auto() implements ToolChoice {}

    /** Not at all: it is not told of them. */
    record None() implements ToolChoice {}

    /** At least one. */
    record Required() implements ToolChoice {}

    /** This one, once. */
    record Named(String name) implements ToolChoice {
        public Named {
            Objects.requireNonNull(name);
        }
    }
}
