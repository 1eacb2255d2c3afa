// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

import dev.myna.engine.error.RequestException;
import java.util.List;
import java.util.Objects;

/**
 * The tools of a request, and how they are to be used.
 *
 * @param tools at most {@value Tool#MOST}, with different names
 * @param parallel whether one answer may hold more than one call
 */
public record ToolUse(List<Tool> tools, ToolChoice choice, boolean parallel) {
    /** No tools. */
    public static final ToolUse NONE = new ToolUse(List.of(), new ToolChoice.None(), true);

    public ToolUse {
        tools = List.copyOf(tools);
        Objects.requireNonNull(choice);
        var byName = Tool.byName(tools);
        boolean must = choice instanceof ToolChoice.Required || choice instanceof ToolChoice.Named;
        if (must && tools.isEmpty()) {
            throw new RequestException("a call is asked for, but there are no tools");
        }
        if (choice instanceof ToolChoice.Named(String name) && !byName.containsKey(name)) {
            throw new RequestException("a call of " + Tool.shown(name) + " is asked for, which is not among the tools");
        }
    }

    /** Tools that the model may call as it likes. */
    public static ToolUse of(List<Tool> tools) {
        return new ToolUse(tools, new ToolChoice.Auto(), true);
    }

    /** What the model is told of, and may call. */
    public List<Tool> offered() {
        return choice instanceof ToolChoice.None ? List.of() : tools;
    }

    /** What it may call: the offered tools, or the named one. */
    public List<Tool> callable() {
        return choice instanceof ToolChoice.Named(String name)
                ? tools.stream().filter(tool -> tool.name().equals(name)).toList()
                : offered();
    }

    /** Whether the answer has to be a call. */
    public boolean required() {
        return choice instanceof ToolChoice.Required || choice instanceof ToolChoice.Named;
    }

    /** Whether there may be more than one call. */
    public boolean many() {
        return parallel && !(choice instanceof ToolChoice.Named);
    }
}
