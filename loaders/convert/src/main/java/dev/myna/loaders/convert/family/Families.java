// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.family;

import java.util.List;

/** The only list of these families. */
final class Families {
    static final List<PublishedFamily> ALL = List.of(
            new Qwen3(),
            new Qwen2Vl(),
            new Qwen25Vl(),
            new Qwen3Vl(),
            new Gemma3(),
            new SmolVlm(),
            new InternVl(),
            new InternVlHf(),
            new AyaVision(),
            new OneVision());

    private Families() {}
}
