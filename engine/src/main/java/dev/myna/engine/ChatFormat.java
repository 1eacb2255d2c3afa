// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** How conversations are written for a model (docs/spec/models.md 6, docs/spec/families.md,
 * docs/spec/chat-templates.md). */
public sealed interface ChatFormat {
    /** The format that the model's file asks for: its chat template, or else the format that goes with its vocabulary. */
    ChatFormat OF_MODEL = new OfModel();

    /** See {@link ChatFormat#OF_MODEL}. */
    record OfModel() implements ChatFormat {}

    /** A published format. */
    enum Named implements ChatFormat {
        /** PALO. */
        VICUNA_V1,
        /** LLaVA 1.5. */
        LLAVA_V1,
        /** Pangea and Parrot. */
        CHATML,
        /** Llama 3. */
        LLAMA3,
        /** LLaVA-OneVision. */
        QWEN_1_5,
        /** Maya. */
        AYA,
        /** Centurio. */
        CENTURIO,
        /** Qwen2-VL and Qwen2.5-VL. */
        QWEN2_VL,
        /** Qwen3 and Qwen3-VL. */
        QWEN3,
        /** InternVL. */
        INTERNVL,
        /** Gemma 3. */
        GEMMA3,
        /** SmolVLM. */
        SMOLVLM,
        /** Aya Vision and Command R. */
        COHERE,
        /** No format: the texts as they are. */
        PLAIN;

        /** The name on command lines and in manifests: {@code vicuna_v1}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The format with this {@link #label}. */
        public static Optional<Named> byLabel(String label) {
            for (Named format : values()) {
                if (format.label().equals(label)) {
                    return Optional.of(format);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * A chat template in Jinja, as models' files have it.
     *
     * @param source its text
     */
    record Template(String source) implements ChatFormat {
        public Template {
            Objects.requireNonNull(source);
        }
    }
}
