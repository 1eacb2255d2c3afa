// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import dev.myna.engine.error.ContextFullException;
import dev.myna.engine.error.QueueFullException;
import dev.myna.engine.error.RequestException;

/** What a client is told about a failure: what it can do something about, and no more. */
public final class Failures {
    private Failures() {}

    /**
     * @param draining whether the server is shutting down, which explains most things
     * @return the error to answer with; of status 500 if the cause belongs into the server's log
     */
    public static ApiException of(Throwable problem, boolean draining) {
        return switch (problem) {
            case ApiException e -> e;
            case QueueFullException _ -> ApiException.busy("as many requests are waiting as may: try again later");
            case ContextFullException e -> ApiException.invalid(null, "context_length_exceeded", e.getMessage());
            // The engine's own words: they name numbers and limits, never files.
            case RequestException e -> ApiException.invalid(null, "invalid_request", e.getMessage());
            case OutOfMemoryError _ ->
                ApiException.unavailable("out_of_memory", 5, "there is not enough memory for this request now");
            case IllegalStateException _ when draining -> shuttingDown();
            default -> ApiException.internal("the server failed to answer this request; its log says more");
        };
    }

    public static ApiException shuttingDown() {
        return ApiException.unavailable("shutting_down", 5, "the server is shutting down");
    }
}
