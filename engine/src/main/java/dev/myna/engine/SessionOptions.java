// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.kernels.TensorType;

/**
 * How to open a session.
 *
 * @param contextSize positions of the KV cache; 0 means the model's own context, at most 4096
 * @param keyType number format of cached keys: F16, F32, or Q8_0 if the model's head dim is a multiple of 32
 * @param valueType number format of cached values, likewise
 * @param imageMode how pictures are made square
 * @param promptFormat {@code vicuna_v1}, {@code chatml} or {@code plain}; null means by the model's architecture
 * @param mixture which pictures of a prompt get text-guided experts, where the model has them
 */
public record SessionOptions(
        int contextSize,
        TensorType keyType,
        TensorType valueType,
        ImageMode imageMode,
        String promptFormat,
        Mixture mixture) {

    /** Which pictures go through text-guided experts (spec models.md 3.4). */
    public enum Mixture {
        /** Each of them. */
        EVERY_PICTURE,
        /** Only the first; the others become zero vectors, as in Parrot's published code. */
        FIRST_PICTURE
    }

    public SessionOptions {
        if (contextSize < 0) {
            throw new RequestException("context size must be 0 (automatic) or positive, not " + contextSize);
        }
        requireCacheType(keyType);
        requireCacheType(valueType);
    }

    private static void requireCacheType(TensorType type) {
        if (type != TensorType.F16 && type != TensorType.Q8_0 && type != TensorType.F32) {
            throw new RequestException("KV cache type must be F16, Q8_0 or F32, not " + type);
        }
    }

    /** The model's context, an F16 cache, the model's own picture mode and prompt format. */
    public static SessionOptions defaults() {
        return new SessionOptions(0, TensorType.F16, TensorType.F16, ImageMode.AUTO, null, Mixture.EVERY_PICTURE);
    }

    public SessionOptions withContextSize(int size) {
        return new SessionOptions(size, keyType, valueType, imageMode, promptFormat, mixture);
    }

    /** One number format for keys and values. */
    public SessionOptions withCacheType(TensorType type) {
        return withCacheTypes(type, type);
    }

    public SessionOptions withCacheTypes(TensorType keys, TensorType values) {
        return new SessionOptions(contextSize, keys, values, imageMode, promptFormat, mixture);
    }

    public SessionOptions withImageMode(ImageMode mode) {
        return new SessionOptions(contextSize, keyType, valueType, mode, promptFormat, mixture);
    }

    public SessionOptions withPromptFormat(String format) {
        return new SessionOptions(contextSize, keyType, valueType, imageMode, format, mixture);
    }

    public SessionOptions withMixture(Mixture pictures) {
        return new SessionOptions(contextSize, keyType, valueType, imageMode, promptFormat, pictures);
    }
}
