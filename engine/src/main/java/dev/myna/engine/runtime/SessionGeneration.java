// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

/** An answer of a session: the thread that asks for its pieces computes them. */
final class SessionGeneration extends RunningGeneration {
    private final ConversationSession session;

    // Of the thread that is inside the session.
    private boolean started;
    private int lastToken;

    SessionGeneration(ConversationSession session, Prompt prompt, Answer answer) {
        super(prompt, answer);
        this.session = session;
    }

    /** Generates one token, or processes the prompt. */
    @Override
    void advance(int seen) {
        if (!session.beginStep(this)) {
            end(FinishReason.CANCELLED);
            return;
        }
        try {
            if (Thread.currentThread().isInterrupted()) {
                end(FinishReason.CANCELLED);
            } else if (!ended()) {
                compute();
            }
        } catch (Stopped e) {
            end(FinishReason.CANCELLED);
        } catch (RuntimeException | Error e) {
            // The cache and the answer do not belong together any more.
            fail(e);
        } finally {
            session.endStep();
        }
    }

    private void compute() {
        if (!started) {
            started = true;
            session.prefill(prompt(), this);
        } else if (session.contextUsed() == session.contextSize()) {
            end(FinishReason.LENGTH);
            return;
        } else {
            long start = System.nanoTime();
            session.feed(lastToken);
            addTimes(0, 0, System.nanoTime() - start);
        }
        lastToken = accept(session.logits(), 0);
    }

    /** Ends a step that is being computed within a layer. What has been generated stays part of the conversation. */
    @Override
    public void close() {
        end(FinishReason.CANCELLED);
    }
}
