// SPDX-License-Identifier: Apache-2.0
/** An embedder's own questions in many languages, asked from Java: for tests that notice when a language gets worse. */
package dev.myna.eval.suite;
