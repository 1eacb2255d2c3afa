// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import dev.myna.cli.terminal.Failure;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Scheduler;
import dev.myna.engine.error.GenerationException;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.image.ImageException;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;

/** Asks a scheduler the questions of a batch. What is wrong with a question becomes its row. */
public final class BatchAnswers implements BatchLoop.Answerer {
    /** Makes rows of what was said. */
    public interface Format {
        /**
         * The row of an answer.
         *
         * @param text the answer, trimmed
         */
        Map<String, Object> answered(BatchQuestion question, Generation generation, String text);

        /** The row of a question without an answer. */
        Map<String, Object> failed(BatchQuestion question, Failure failure);
    }

    private final Scheduler scheduler;
    private final GenerationOptions options;
    private final Format format;
    private final LanguageCheck check;

    /** Without a check of languages. */
    public BatchAnswers(Scheduler scheduler, GenerationOptions options, Format format) {
        this(scheduler, options, format, LanguageCheck.NONE);
    }

    BatchAnswers(Scheduler scheduler, GenerationOptions options, Format format, LanguageCheck check) {
        this.scheduler = scheduler;
        this.options = options;
        this.format = format;
        this.check = check;
    }

    @Override
    public Map<String, Object> answer(BatchQuestion question) {
        try {
            if (question.problem() != null) {
                throw question.problem();
            }
            List<RgbImage> images = new ArrayList<>();
            for (BatchImage image : question.images()) {
                images.add(image.decoded());
            }
            return answer(question, images.toArray(RgbImage[]::new));
        } catch (ImageException e) {
            if (e.fault() == ImageException.Fault.INTERRUPTED) {
                throw new CancellationException();
            }
            return format.failed(question, Failure.of(e));
        } catch (RequestException | GenerationException | IOException e) {
            return format.failed(question, Failure.of(e));
        }
    }

    private Map<String, Object> answer(BatchQuestion question, RgbImage[] images) {
        String prompt = question.prompt();
        for (int again = 0; ; again++) {
            Generation generation = scheduler.submit(ChatRequest.of(Message.of(prompt, images)), options);
            String text = generation.text().strip();
            if (generation.finishReason() == Generation.FinishReason.CANCELLED) {
                throw new CancellationException();
            }
            String spoken = check.spoken(question, text);
            boolean right = check.isRight(question, spoken);
            if (right || again == check.tries()) {
                Map<String, Object> row = new LinkedHashMap<>(format.answered(question, generation, text));
                check.add(row, question, spoken, again);
                return row;
            }
            prompt = AnswerIn.askedAgain(question.prompt(), question.language(), again + 1);
        }
    }
}
