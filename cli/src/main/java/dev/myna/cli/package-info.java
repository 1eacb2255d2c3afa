// SPDX-License-Identifier: Apache-2.0
/**
 * The entry point of the jar, the list of commands, and the commands about the command line itself. No other package uses this
 * one.
 */
package dev.myna.cli;
