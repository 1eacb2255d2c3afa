// SPDX-License-Identifier: Apache-2.0
/**
 * Many questions from files, answered many at a time: {@code myna batch}, and the loop of {@code run --jsonl}. A source gives questions,
 * the loop has them answered and writes rows, a journal keeps rows for the next run.
 */
package dev.myna.cli.batch;
