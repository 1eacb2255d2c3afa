// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.choice.ChoiceTable;

/** Multilingual MMBench dev of Parrot: all rotated copies of a question must be right. */
final class MmBenchDev {
    private MmBenchDev() {}

    static Task task() {
        return new TsvChoice(
                "mmbench-dev",
                "MMBench dev in six languages (Parrot), circular accuracy; DIR/mmbench/mmbench_dev_{ar,cn,en,pt,ru,tr}.tsv",
                "MMBench_dev",
                "mmbench",
                "mmbench_dev_",
                ChoiceTable.Mode.CIRCULAR);
    }
}
