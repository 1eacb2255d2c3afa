// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import java.util.Optional;

/** The models the generator knows: a decoder and the projector that goes with it, if it sees images. */
enum Preset {
    MOBILE_LLAMA_1_4B("mobilellama-1.4b", TextShape.MOBILE_LLAMA_1_4B, Projector.LDP),
    VICUNA_7B("vicuna-7b", TextShape.VICUNA_7B, Projector.MLP),
    QWEN2_7B("qwen2-7b", TextShape.QWEN2_7B, Projector.MLP),
    PALO_13B("palo-13b", TextShape.VICUNA_13B, Projector.MLP),
    PANGEA_7B("pangea-7b", TextShape.QWEN2_7B, Projector.MLP_ANYRES),
    PARROT_7B("parrot-7b", TextShape.QWEN1_5_7B, Projector.MLP_MOE_TEXT),
    PARROT_14B("parrot-14b", TextShape.QWEN1_5_14B, Projector.MLP_MOE_TEXT),
    LLAMA_3_2_1B("llama-3.2-1b", TextShape.LLAMA_3_2_1B, null);

    /** Projectors of docs/spec/models.md section 3. */
    enum Projector {
        MLP("mlp"),
        LDP("ldp"),
        /** Images in tiles, with a newline row (docs/spec/models.md 4.3.1). */
        MLP_ANYRES("mlp"),
        /** Behind it experts that the prompt's text guides (docs/spec/models.md 3.4). */
        MLP_MOE_TEXT("mlp_moe_text");

        private final String type;

        Projector(String type) {
            this.type = type;
        }

        /** {@code clip.projector_type}. */
        String type() {
            return type;
        }
    }

    /**
     * Size of a mixture of experts.
     *
     * @param inner inner width of an expert
     */
    record Mixture(int experts, int inner) {
        static final Mixture PARROT = new Mixture(6, 4096);
    }

    private final String id;
    private final TextShape text;
    private final Projector projector;

    Preset(String id, TextShape text, Projector projector) {
        this.id = id;
        this.text = text;
        this.projector = projector;
    }

    /** The name on the command line and in file names. */
    String id() {
        return id;
    }

    TextShape text() {
        return text;
    }

    /** Empty for a text-only model. */
    Optional<Projector> projector() {
        return Optional.ofNullable(projector);
    }

    @Override
    public String toString() {
        return id;
    }
}
