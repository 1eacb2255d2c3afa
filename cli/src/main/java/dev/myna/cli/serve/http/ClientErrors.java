// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import dev.myna.engine.error.ContextFullException;
import dev.myna.engine.error.QueueFullException;
import dev.myna.engine.error.RequestException;

/** Maps exceptions to errors for clients. */
public final class ClientErrors {
    private ClientErrors() {}

    /**
     * @param draining whether the server is shutting down
     * @return the error for the client; status 500 if the cause belongs in the log
     */
    public static ApiException of(Throwable problem, boolean draining) {
        return switch (problem) {
            case ApiException e -> e;
            case QueueFullException _ -> ApiException.busy("the queue is full: try again later");
            case ContextFullException e -> ApiException.invalid(null, "context_length_exceeded", e.getMessage());
            // Messages of the engine name numbers and limits, never files.
            case RequestException e -> ApiException.invalid(null, "invalid_request", e.getMessage());
            case OutOfMemoryError _ ->
                ApiException.unavailable("out_of_memory", 5, "not enough memory for this request: try again later");
            case IllegalStateException _ when draining -> shuttingDown();
            default -> ApiException.internal("internal error; the log of the server has details");
        };
    }

    public static ApiException shuttingDown() {
        return ApiException.unavailable("shutting_down", 5, "the server is shutting down");
    }
}
