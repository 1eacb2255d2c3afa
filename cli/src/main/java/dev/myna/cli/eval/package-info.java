// SPDX-License-Identifier: Apache-2.0
/** The command {@code eval}. */
package dev.myna.cli.eval;
