// SPDX-License-Identifier: Apache-2.0
/** Has the JVM compile the kernels while a program starts: for a quick first answer. */
package dev.myna.engine.warmup;
