// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import java.util.List;
import java.util.Optional;

/** The list of tasks. A new task is a file of its own and one line here. */
public final class TaskList {
    /** In the order of help texts. */
    public static final List<Task> ALL = List.of(
            Nano.scenes(),
            Nano.conversations(),
            new LlavaBench(),
            Mmmb.task(),
            MmBenchDev.task(),
            new XChat(),
            new MLlavaBench(),
            new Cvqa(),
            new CvqaTsv(),
            new Marvl(),
            new Xm100(),
            new Xgqa(),
            new Maxm(),
            new Xmmmu(),
            new M3Exam(),
            new Kaleidoscope(),
            new JsonLines());

    private TaskList() {}

    /** The task of that name. */
    public static Optional<Task> byName(String name) {
        return ALL.stream().filter(task -> task.name().equals(name)).findFirst();
    }
}
