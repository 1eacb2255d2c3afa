// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

import java.util.Objects;

/**
 * A call that a model has made.
 *
 * @param id names the call in its conversation
 * @param name of the tool
 * @param arguments JSON text as the model wrote it; of an object, unless the model did something else
 */
public record ToolCall(String id, String name, String arguments) {
    public ToolCall {
        Objects.requireNonNull(id);
        Objects.requireNonNull(name);
        Objects.requireNonNull(arguments);
    }
}
