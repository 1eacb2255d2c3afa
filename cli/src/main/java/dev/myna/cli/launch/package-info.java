// SPDX-License-Identifier: Apache-2.0
/**
 * How a fast start is achieved: JVM flags and locale, the archive of loaded classes, compiling kernels ahead of the first
 * token.
 */
package dev.myna.cli.launch;
