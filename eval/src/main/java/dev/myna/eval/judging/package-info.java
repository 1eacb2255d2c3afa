// SPDX-License-Identifier: Apache-2.0
/** Judges that read answers: an OpenAI-compatible endpoint or a command, their rules, and requests (docs/eval.md). */
package dev.myna.eval.judging;
