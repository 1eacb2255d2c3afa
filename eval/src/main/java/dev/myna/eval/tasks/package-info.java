// SPDX-License-Identifier: Apache-2.0
/** One file for each task, and the list of them. */
package dev.myna.eval.tasks;
