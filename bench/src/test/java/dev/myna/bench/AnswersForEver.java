// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import dev.myna.Myna;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import java.nio.file.Path;

/** Asks a model again and again, in a process that {@link RunTimeTest} brings to its end. */
final class AnswersForEver {
    private AnswersForEver() {}

    public static void main(String[] args) {
        try (Model model = Myna.loadTextOnly(Path.of(args[0]), ModelOptions.defaults());
                Scheduler scheduler = model.newScheduler(SchedulerOptions.defaults())) {
            while (true) {
                System.out.println(scheduler
                        .submit(new ChatRequest.Raw("What is this?"), GenerationOptions.greedy())
                        .text());
            }
        }
    }
}
