// SPDX-License-Identifier: Apache-2.0
/** The prompts of published evaluations (docs/spec/evaluation.md). */
package dev.myna.eval.prompt;
