// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.family.PublishedFamily;
import dev.myna.loaders.convert.plan.ConversionPlan;
import dev.myna.loaders.hf.CheckpointException;

/** A family of published models: how its tensors and its configuration are mapped. */
sealed interface Family permits Palo, MobilePalo, Llava, MobileVlm, Pangea, Parrot, LlavaNextHf, LlavaHf, Family.Other {

    /** Its name for messages. */
    String title();

    /**
     * Plans the files.
     *
     * @throws CheckpointException if a tensor or a key is missing or does not fit the others
     */
    ConversionPlan plan(Source source);

    /** The family of a configuration. */
    static Family of(HfConfig config) {
        String key = "model_type";
        return switch (config.string(key)) {
            case "palo" -> config.string("mm_projector_type", "").startsWith("ldp") ? new MobilePalo() : new Palo();
            case "mobilevlm" -> new MobileVlm();
            case "llava", "llava_llama" -> isOfTransformers(config) ? new LlavaHf() : new Llava();
            case "llava_qwen" -> new Pangea();
            case "llava_next" -> new LlavaNextHf();
            case "parrot_qwen2" -> new Parrot();
            case "clip" ->
                throw config.fail(key, "is a vision tower alone; name it with --clip DIR beside a checkpoint");
            default ->
                new Other(PublishedFamily.of(config)
                        .orElseThrow(() -> config.fail(
                                key,
                                "is not supported; it must be palo, mobilevlm, llava, llava_llama, llava_qwen, llava_next, "
                                        + "parrot_qwen2, " + String.join(", ", PublishedFamily.allModelTypes()))));
        };
    }

    /** A family that is not of LLaVA's kind. */
    record Other(PublishedFamily family) implements Family {
        @Override
        public String title() {
            return family.title();
        }

        @Override
        public ConversionPlan plan(Source source) {
            if (source.clip().isPresent()) {
                throw new CheckpointException(
                        source.folder().path() + ": the checkpoint contains its vision tower; leave --clip out");
            }
            return family.plan(source.folder(), source.name());
        }
    }

    /** transformers writes a configuration for each part and omits defaults; LLaVA's own code names its tower. */
    private static boolean isOfTransformers(HfConfig config) {
        return config.has("text_config") || config.has("vision_config") || !config.has("mm_vision_tower");
    }
}
