// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import java.util.Optional;

/** The models the generator knows: a decoder and the vision file that goes with it, if it sees images. */
enum Preset {
    MOBILE_LLAMA_1_4B("mobilellama-1.4b", TextShape.MOBILE_LLAMA_1_4B, clip(Projector.LDP)),
    VICUNA_7B("vicuna-7b", TextShape.VICUNA_7B, clip(Projector.MLP)),
    QWEN2_7B("qwen2-7b", TextShape.QWEN2_7B, clip(Projector.MLP)),
    PALO_13B("palo-13b", TextShape.VICUNA_13B, clip(Projector.MLP)),
    PANGEA_7B("pangea-7b", TextShape.QWEN2_7B, clip(Projector.MLP_ANYRES)),
    PARROT_7B("parrot-7b", TextShape.QWEN1_5_7B, clip(Projector.MLP_MOE_TEXT)),
    PARROT_14B("parrot-14b", TextShape.QWEN1_5_14B, clip(Projector.MLP_MOE_TEXT)),
    LLAMA_3_2_1B("llama-3.2-1b", TextShape.LLAMA_3_2_1B, null),
    QWEN25_VL_3B("qwen2.5-vl-3b", TextShape.QWEN25_VL_3B, QwenTower.QWEN25_VL),
    QWEN25_VL_7B("qwen2.5-vl-7b", TextShape.QWEN25_VL_7B, QwenTower.QWEN25_VL),
    QWEN3_VL_4B("qwen3-vl-4b", TextShape.QWEN3_VL_4B, QwenTower.QWEN3_VL_4B),
    GEMMA3_4B("gemma-3-4b", TextShape.GEMMA3_4B, SquareTower.GEMMA3),
    SMOLVLM_256M("smolvlm-256m", TextShape.SMOLVLM_256M, SquareTower.SMOLVLM_500M),
    SMOLVLM_500M("smolvlm-500m", TextShape.SMOLVLM_500M, SquareTower.SMOLVLM_500M),
    SMOLVLM_2_2B("smolvlm-2.2b", TextShape.SMOLVLM_2_2B, SquareTower.SMOLVLM_2_2B),
    INTERNVL3_2B("internvl3-2b", TextShape.INTERNVL3_2B, SquareTower.INTERNVL3);

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
    private final VisionFile vision;

    Preset(String id, TextShape text, VisionFile vision) {
        this.id = id;
        this.text = text;
        this.vision = vision;
    }

    private static VisionFile clip(Projector projector) {
        return new VisionFile.Clip(VisionShape.CLIP_VIT_L_14_336, projector);
    }

    /** The name on the command line and in file names. */
    String id() {
        return id;
    }

    TextShape text() {
        return text;
    }

    /** Empty for a text-only model. */
    Optional<VisionFile> vision() {
        return Optional.ofNullable(vision);
    }

    @Override
    public String toString() {
        return id;
    }
}
