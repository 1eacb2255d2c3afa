// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import java.util.Optional;

/** The models the generator knows: a decoder and the projector that goes with it, if it sees pictures. */
enum Preset {
    MOBILE_LLAMA_1_4B("mobilellama-1.4b", TextShape.MOBILE_LLAMA_1_4B, Projector.LDP),
    VICUNA_7B("vicuna-7b", TextShape.VICUNA_7B, Projector.MLP),
    QWEN2_7B("qwen2-7b", TextShape.QWEN2_7B, Projector.MLP),
    LLAMA_3_2_1B("llama-3.2-1b", TextShape.LLAMA_3_2_1B, null);

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

    /** Empty for a text-only model. */
    Optional<Projector> projector() {
        return Optional.ofNullable(projector);
    }

    @Override
    public String toString() {
        return id;
    }
}
