// SPDX-License-Identifier: Apache-2.0
/** A run over tasks that can be interrupted at any time, its files, and what is computed from stored answers. */
package dev.myna.eval.run;
