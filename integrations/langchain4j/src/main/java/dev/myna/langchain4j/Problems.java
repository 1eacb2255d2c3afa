// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.RateLimitException;
import dev.myna.engine.error.QueueFullException;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.image.ImageException;

/** langchain4j's exceptions for ours. */
final class Problems {
    private Problems() {}

    /** What is langchain4j's already stays as it is. */
    static RuntimeException translated(RuntimeException problem) {
        return switch (problem) {
            case LangChain4jException e -> e;
            case QueueFullException e -> new RateLimitException(e.getMessage(), e);
            case RequestException e -> new InvalidRequestException(e.getMessage(), e);
            case ImageException e
            when e.fault() == ImageException.Fault.IMAGE -> new InvalidRequestException(e.getMessage(), e);
            default -> new LangChain4jException(problem.getMessage(), problem);
        };
    }
}
