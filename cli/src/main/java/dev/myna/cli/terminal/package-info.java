// SPDX-License-Identifier: Apache-2.0
/** The streams of the process and the person behind them: output, progress, line editing, Ctrl-C, exit codes. */
package dev.myna.cli.terminal;
