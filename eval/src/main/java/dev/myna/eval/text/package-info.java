// SPDX-License-Identifier: Apache-2.0
/** Short answers and captions: cleaning, n-gram and subsequence scores (docs/spec/evaluation.md 3.4, 3.5). */
package dev.myna.eval.text;
