// SPDX-License-Identifier: Apache-2.0
/** Answers to multiple-choice questions: how published code finds the letter, and how it counts hits (docs/spec/evaluation.md 2, 3.3). */
package dev.myna.eval.choice;
