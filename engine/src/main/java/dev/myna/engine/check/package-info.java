// SPDX-License-Identifier: Apache-2.0
/** Finds what a model's files say and Myna does not follow. Not exported to embedders: {@link dev.myna.engine.Model#warnings} reports it. */
package dev.myna.engine.check;
