// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja.values;

/** A function of this interpreter. */
public record Function(String name, java.util.function.Function<Arguments, Value> body) implements Value.Callable {
    @Override
    public Value call(Arguments arguments) {
        return body.apply(arguments);
    }
}
