// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.kernels.TensorType;

/**
 * How to open a session.
 *
 * @param contextSize positions of the KV cache; 0 means the model's own context, at most 4096
 * @param cacheType number format of the KV cache: F16 or F32
 * @param imageMode how pictures are made square
 * @param promptFormat {@code vicuna_v1}, {@code chatml} or {@code plain}; null means by the model's architecture
 */
public record SessionOptions(int contextSize, TensorType cacheType, ImageMode imageMode, String promptFormat) {
    public SessionOptions {
        if (contextSize < 0) {
            throw new RequestException("context size must be 0 (automatic) or positive, not " + contextSize);
        }
        if (cacheType != TensorType.F16 && cacheType != TensorType.F32) {
            throw new RequestException("KV cache type must be F16 or F32, not " + cacheType);
        }
    }

    /** The model's context, an F16 cache, the model's own picture mode and prompt format. */
    public static SessionOptions defaults() {
        return new SessionOptions(0, TensorType.F16, ImageMode.AUTO, null);
    }

    public SessionOptions withContextSize(int size) {
        return new SessionOptions(size, cacheType, imageMode, promptFormat);
    }

    public SessionOptions withCacheType(TensorType type) {
        return new SessionOptions(contextSize, type, imageMode, promptFormat);
    }

    public SessionOptions withImageMode(ImageMode mode) {
        return new SessionOptions(contextSize, cacheType, mode, promptFormat);
    }

    public SessionOptions withPromptFormat(String format) {
        return new SessionOptions(contextSize, cacheType, imageMode, format);
    }
}
