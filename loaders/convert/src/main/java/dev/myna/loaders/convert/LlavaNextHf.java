// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.plan.ConversionPlan;

/** Pangea-7B-hf, and others that transformers calls LLaVA-NeXT: tiles and newlines (docs/spec/models.md 7.2). */
final class LlavaNextHf implements Family {
    @Override
    public String title() {
        return "LLaVA-NeXT, as Pangea-7B-hf is one";
    }

    @Override
    public ConversionPlan plan(Source source) {
        return HfLayout.plan(source, true);
    }
}
