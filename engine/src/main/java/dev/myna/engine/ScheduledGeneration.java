// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import java.util.List;

/** An answer that a scheduler computes. */
final class ScheduledGeneration implements Generation {
    private final Session session;
    private final Generation answer;
    private final Runnable ended;

    ScheduledGeneration(Session session, Generation answer, Runnable ended) {
        this.session = session;
        this.answer = answer;
        this.ended = ended;
    }

    @Override
    public boolean hasNext() {
        boolean more = answer.hasNext();
        if (!more) {
            session.close();
            ended.run();
        }
        return more;
    }

    @Override
    public String next() {
        return answer.next();
    }

    @Override
    public FinishReason finishReason() {
        return answer.finishReason();
    }

    @Override
    public Stats stats() {
        return answer.stats();
    }

    @Override
    public List<TokenChoice> choices() {
        return answer.choices();
    }

    @Override
    public List<float[]> routers() {
        return answer.routers();
    }

    @Override
    public void close() {
        answer.close();
    }
}
