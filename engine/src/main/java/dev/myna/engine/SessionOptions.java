// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.error.RequestException;
import dev.myna.engine.tools.ToolUse;
import dev.myna.kernels.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** How to open a session. Immutable. */
public final class SessionOptions {
    /** A copy that nobody changes. */
    private final Builder set;

    /** Which images go through text-guided experts (docs/spec/models.md 3.4). */
    public enum Mixture {
        /** Each of them. */
        EVERY_IMAGE,
        /** Only the first; the others become zero vectors, as in Parrot's published code. */
        FIRST_IMAGE
    }

    private SessionOptions(Builder from) {
        set = new Builder(from);

        Bounds.check(set.contextSize >= 0, "context size", "0 (automatic) or more", set.contextSize);
        requireCacheType(set.keyType);
        requireCacheType(set.valueType);
    }

    private static void requireCacheType(TensorType type) {
        boolean known = type == TensorType.F16 || type == TensorType.Q8_0 || type == TensorType.F32;
        Bounds.check(known, "KV cache type", "F16, Q8_0 or F32", type);
    }

    /** The model's context, an F16 cache, the model's own image mode and prompt format. */
    public static SessionOptions defaults() {
        return builder().build();
    }

    /** Begins with {@link #defaults}. */
    public static Builder builder() {
        return new Builder();
    }

    /** Begins with these options. */
    public Builder toBuilder() {
        return new Builder(set);
    }

    /** Positions of the KV cache; 0 means the model's own context, at most {@link Session#LARGEST_DEFAULT_CONTEXT}. */
    public int contextSize() {
        return set.contextSize;
    }

    /** Number format of cached keys: F16, F32, or Q8_0 if the model's head dim is a multiple of 32. */
    public TensorType keyType() {
        return set.keyType;
    }

    /** Number format of cached values, likewise. */
    public TensorType valueType() {
        return set.valueType;
    }

    /** How images are made square. */
    public ImageMode imageMode() {
        return set.imageMode;
    }

    /** How conversations are written. */
    public ChatFormat chatFormat() {
        return set.chatFormat;
    }

    /**
     * The system text of every conversation whose messages have none. Empty: the prompt format decides, and most formats bring a text
     * of their own.
     */
    public String systemText() {
        return set.systemText;
    }

    /** Which images of a prompt get text-guided experts, where the model has them. */
    public Mixture mixture() {
        return set.mixture;
    }

    /**
     * Variables for the chat template, such as {@code enable_thinking}: strings, numbers, booleans, null, lists and maps of them. The
     * map is unmodifiable.
     */
    public Map<String, Object> templateArguments() {
        return set.templateArguments;
    }

    /** Tools that the model may call. */
    public ToolUse tools() {
        return set.tools;
    }

    private List<Object> values() {
        return List.of(
                set.contextSize,
                set.keyType,
                set.valueType,
                set.imageMode,
                set.chatFormat,
                set.systemText,
                set.mixture,
                set.templateArguments,
                set.tools);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SessionOptions options && values().equals(options.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    /** For people. */
    @Override
    public String toString() {
        return "SessionOptions" + values();
    }

    /** Changes options. {@link #build} checks them. */
    public static final class Builder {
        private int contextSize;
        private TensorType keyType = TensorType.F16;
        private TensorType valueType = TensorType.F16;
        private ImageMode imageMode = ImageMode.AUTO;
        private ChatFormat chatFormat = ChatFormat.OF_MODEL;
        private String systemText = "";
        private Mixture mixture = Mixture.EVERY_IMAGE;
        private Map<String, Object> templateArguments = Map.of();
        private ToolUse tools = ToolUse.NONE;

        private Builder() {}

        private Builder(Builder from) {
            contextSize = from.contextSize;
            keyType = from.keyType;
            valueType = from.valueType;
            imageMode = from.imageMode;
            chatFormat = from.chatFormat;
            systemText = from.systemText;
            mixture = from.mixture;
            templateArguments = TemplateArguments.copyOf(from.templateArguments);
            tools = from.tools;
        }

        /** 0 (automatic, the default) or more. See {@link SessionOptions#contextSize}. */
        public Builder contextSize(int positions) {
            contextSize = positions;
            return this;
        }

        /** One number format for keys and values. */
        public Builder cacheType(TensorType type) {
            return cacheTypes(type, type);
        }

        /** F16, Q8_0 or F32 each; F16 by default. See {@link SessionOptions#keyType} and {@link SessionOptions#valueType}. */
        public Builder cacheTypes(TensorType keys, TensorType values) {
            keyType = Objects.requireNonNull(keys);
            valueType = Objects.requireNonNull(values);
            return this;
        }

        /** {@link ImageMode#AUTO} by default. See {@link SessionOptions#imageMode}. */
        public Builder imageMode(ImageMode mode) {
            imageMode = Objects.requireNonNull(mode);
            return this;
        }

        /** {@link ChatFormat#OF_MODEL} by default. See {@link SessionOptions#chatFormat}. */
        public Builder chatFormat(ChatFormat format) {
            chatFormat = Objects.requireNonNull(format);
            return this;
        }

        /** Empty by default. See {@link SessionOptions#systemText}. */
        public Builder systemText(String text) {
            systemText = Objects.requireNonNull(text);
            return this;
        }

        /** {@link Mixture#EVERY_IMAGE} by default. See {@link SessionOptions#mixture}. */
        public Builder mixture(Mixture images) {
            mixture = Objects.requireNonNull(images);
            return this;
        }

        /** None by default. See {@link SessionOptions#templateArguments}. */
        public Builder templateArguments(Map<String, Object> arguments) {
            templateArguments = arguments;
            return this;
        }

        /** {@link ToolUse#NONE} by default. See {@link SessionOptions#tools}. */
        public Builder tools(ToolUse use) {
            tools = Objects.requireNonNull(use);
            return this;
        }

        /** @throws RequestException if an option is out of its bounds, or a template argument has a reserved name */
        public SessionOptions build() {
            return new SessionOptions(this);
        }
    }
}
