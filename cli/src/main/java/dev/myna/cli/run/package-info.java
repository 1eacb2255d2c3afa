// SPDX-License-Identifier: Apache-2.0
/** {@code myna run} and {@code myna chat}: questions from the command line, and answers on the terminal. */
package dev.myna.cli.run;
