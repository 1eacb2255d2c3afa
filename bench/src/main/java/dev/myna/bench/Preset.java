// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

/** The models the generator knows: a decoder and the projector that goes with it. */
enum Preset {
    MOBILE_LLAMA_1_4B("mobilellama-1.4b", TextShape.MOBILE_LLAMA_1_4B, Projector.LDP),
    VICUNA_7B("vicuna-7b", TextShape.VICUNA_7B, Projector.MLP),
    QWEN2_7B("qwen2-7b", TextShape.QWEN2_7B, Projector.MLP);

    /** Projectors of spec models.md section 3. */
    enum Projector {
        MLP,
        LDP
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

    Projector projector() {
        return projector;
    }

    @Override
    public String toString() {
        return id;
    }
}
