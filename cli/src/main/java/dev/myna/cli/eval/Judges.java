// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.eval;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.terminal.Console;
import dev.myna.eval.data.JudgeOptions;
import dev.myna.eval.judge.ReviewParser;
import dev.myna.eval.judging.Judge;
import dev.myna.eval.run.Judging;
import dev.myna.eval.run.RunListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The judge of a run, if the user named one.
 *
 * @param judging with its journal; empty without a judge
 */
record Judges(Optional<Judging> judging) implements AutoCloseable {

    /** @param folder of results, which gets the journal */
    static Judges of(JudgeArguments arguments, CommandContext context, Path folder, int parallel, RunListener listener)
            throws IOException {
        Optional<Judge> judge = arguments.judge(context);
        if (judge.isEmpty()) {
            return new Judges(Optional.empty());
        }
        return new Judges(Optional.of(new Judging(judge.get(), arguments.rules(), folder, parallel, listener)));
    }

    /**
     * What results say about the judge.
     *
     * @param parser that the user named
     * @param before the judge of stored reviews
     */
    Optional<JudgeOptions> options(Optional<ReviewParser> parser, Optional<JudgeOptions> before) {
        if (judging.isPresent()) {
            return Optional.of(judging.get().options(parser));
        }
        return parser.isEmpty() ? before : before.map(each -> each.withParser(parser.get()));
    }

    /** Says how many answers have no review, and why the first has none. */
    void noteMissing(Console console) {
        judging.filter(each -> each.missing() > 0)
                .ifPresent(each -> console.note(each.missing() + " answers have no review (" + each.firstMissing()
                        + "); run again to ask for these only"));
    }

    @Override
    public void close() throws IOException {
        if (judging.isPresent()) {
            judging.get().close();
        }
    }
}
