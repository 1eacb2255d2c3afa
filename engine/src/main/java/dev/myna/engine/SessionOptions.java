// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.tools.ToolUse;
import dev.myna.kernels.TensorType;
import java.util.Map;
import java.util.Objects;

/**
 * How to open a session.
 *
 * @param contextSize positions of the KV cache; 0 means the model's own context, at most 4096
 * @param keyType number format of cached keys: F16, F32, or Q8_0 if the model's head dim is a multiple of 32
 * @param valueType number format of cached values, likewise
 * @param imageMode how images are made square
 * @param promptFormat {@code vicuna_v1}, {@code llava_v1}, {@code chatml}, {@code llama3}, {@code plain}, or the text of a chat
 *     template; null means what the model's file asks for
 * @param mixture which images of a prompt get text-guided experts, where the model has them
 * @param templateArguments variables for the chat template, such as {@code enable_thinking}: strings, numbers, booleans, null,
 *     lists and maps of them
 * @param tools that the model may call
 */
public record SessionOptions(
        int contextSize,
        TensorType keyType,
        TensorType valueType,
        ImageMode imageMode,
        String promptFormat,
        Mixture mixture,
        Map<String, Object> templateArguments,
        ToolUse tools) {

    /** Which images go through text-guided experts (docs/spec/models.md 3.4). */
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
        templateArguments = TemplateArguments.copyOf(templateArguments);
        Objects.requireNonNull(tools);
    }

    private static void requireCacheType(TensorType type) {
        if (type != TensorType.F16 && type != TensorType.Q8_0 && type != TensorType.F32) {
            throw new RequestException("KV cache type must be F16, Q8_0 or F32, not " + type);
        }
    }

    /** The model's context, an F16 cache, the model's own image mode and prompt format. */
    public static SessionOptions defaults() {
        return new SessionOptions(
                0, TensorType.F16, TensorType.F16, ImageMode.AUTO, null, Mixture.EVERY_PICTURE, Map.of(), ToolUse.NONE);
    }

    public SessionOptions withContextSize(int size) {
        return new SessionOptions(size, keyType, valueType, imageMode, promptFormat, mixture, templateArguments, tools);
    }

    /** One number format for keys and values. */
    public SessionOptions withCacheType(TensorType type) {
        return withCacheTypes(type, type);
    }

    public SessionOptions withCacheTypes(TensorType keys, TensorType values) {
        return new SessionOptions(
                contextSize, keys, values, imageMode, promptFormat, mixture, templateArguments, tools);
    }

    public SessionOptions withImageMode(ImageMode mode) {
        return new SessionOptions(
                contextSize, keyType, valueType, mode, promptFormat, mixture, templateArguments, tools);
    }

    public SessionOptions withPromptFormat(String format) {
        return new SessionOptions(
                contextSize, keyType, valueType, imageMode, format, mixture, templateArguments, tools);
    }

    public SessionOptions withMixture(Mixture images) {
        return new SessionOptions(
                contextSize, keyType, valueType, imageMode, promptFormat, images, templateArguments, tools);
    }

    public SessionOptions withTemplateArguments(Map<String, Object> arguments) {
        return new SessionOptions(contextSize, keyType, valueType, imageMode, promptFormat, mixture, arguments, tools);
    }

    public SessionOptions withTools(ToolUse use) {
        return new SessionOptions(
                contextSize, keyType, valueType, imageMode, promptFormat, mixture, templateArguments, use);
    }
}
