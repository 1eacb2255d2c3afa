// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.choice.ChoiceTable;

/** MMMB of Parrot: 15 categories, each row by itself. */
final class Mmmb {
    private Mmmb() {}

    static Task task() {
        return new TsvChoice(
                "mmmb",
                "MMMB (Parrot), accuracy; DIR/mmmb/mmmb_{ar,cn,en,pt,ru,tr}.tsv of AIDC-AI/Parrot-dataset",
                "MMMB",
                "mmmb",
                "mmmb_",
                ChoiceTable.Mode.VANILLA);
    }
}
