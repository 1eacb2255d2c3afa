// SPDX-License-Identifier: Apache-2.0
/** Reviews of a judge: requests, parsing, scores, and the language of answers (docs/spec/evaluation.md 1, 3.1, 3.2). */
package dev.myna.eval.judge;
