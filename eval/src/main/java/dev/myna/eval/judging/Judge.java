// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judging;

/** Reads an answer and writes a review. For many threads. */
public interface Judge extends AutoCloseable {
    /** Which model judges, or which program: part of results, and of what a stored review belongs to. One line, without secrets. */
    String name();

    /**
     * The review of an answer, as the judge wrote it.
     *
     * @throws JudgeException if there is none
     * @throws InterruptedException if the thread is interrupted
     */
    String review(JudgeRequest request) throws InterruptedException;

    @Override
    default void close() {}
}
