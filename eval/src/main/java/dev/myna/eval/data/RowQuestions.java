// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.data;

import dev.myna.eval.EvalException;
import dev.myna.loaders.datasets.DataRow;
import dev.myna.loaders.datasets.RowProblem;
import dev.myna.loaders.datasets.RowReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Questions of the rows of files. A row of which no question can be made is counted like a malformed one. */
public final class RowQuestions implements Questions {
    private static final int KEPT = 100;

    /** Opens a file. */
    public interface Opening {
        RowReader open(Path file) throws IOException;
    }

    /** Makes questions. */
    public interface Making {
        /**
         * The question of a row; empty if the row has none, which is no problem.
         *
         * @throws EvalException if the row is malformed
         */
        Optional<Question> question(DataRow row);
    }

    private final List<Path> files;
    private final Opening opening;
    private final Making making;
    private final List<RowProblem> problems = new ArrayList<>();
    private long problemCount;
    private int file;
    private RowReader reader;

    public RowQuestions(List<Path> files, Opening opening, Making making) {
        this.files = List.copyOf(files);
        this.opening = opening;
        this.making = making;
    }

    @Override
    public Optional<Question> next() throws IOException {
        while (true) {
            if (reader == null) {
                if (file == files.size()) {
                    return Optional.empty();
                }
                reader = opening.open(files.get(file));
            }
            Optional<DataRow> row = reader.next();
            if (row.isEmpty()) {
                problemCount += reader.problems().count();
                reader.problems().first().forEach(this::keep);
                reader.close();
                reader = null;
                file++;
                continue;
            }
            try {
                Optional<Question> question = making.question(row.get());
                if (question.isPresent()) {
                    return question;
                }
            } catch (EvalException e) {
                problemCount++;
                keep(new RowProblem(
                        files.get(file).getFileName().toString(), row.get().line(), "", e.getMessage()));
            }
        }
    }

    private void keep(RowProblem problem) {
        if (problems.size() < KEPT) {
            problems.add(problem);
        }
    }

    @Override
    public long problemCount() {
        return problemCount;
    }

    @Override
    public List<RowProblem> problems() {
        return List.copyOf(problems);
    }

    @Override
    public void close() throws IOException {
        if (reader != null) {
            reader.close();
        }
    }
}
