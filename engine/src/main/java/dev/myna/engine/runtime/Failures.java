// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.error.GenerationException;

/** What goes wrong in a pass, in the types that callers are promised. */
final class Failures {
    private Failures() {}

    /**
     * Memory that ran out and a page of a mapped file that has gone are {@link GenerationException}s; everything else is itself.
     */
    static Throwable typed(Throwable thrown) {
        try {
            return switch (thrown) {
                case OutOfMemoryError error -> new GenerationException("out of memory: " + error.getMessage(), error);
                case InternalError error ->
                    new GenerationException(
                            "a model file changed or failed while it was read: load the model again", error);
                default -> thrown;
            };
        } catch (OutOfMemoryError _) {
            return thrown; // not even memory for the message
        }
    }

    /** Throws {@link #typed}. */
    static RuntimeException rethrow(Throwable thrown) {
        throw raise(typed(thrown));
    }

    private static RuntimeException raise(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return (RuntimeException) thrown;
    }
}
