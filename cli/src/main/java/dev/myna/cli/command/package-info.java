// SPDX-License-Identifier: Apache-2.0
/** What commands share: the context of a run, models by name or file, user input, long work. */
package dev.myna.cli.command;
