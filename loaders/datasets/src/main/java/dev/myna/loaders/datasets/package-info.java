// SPDX-License-Identifier: Apache-2.0
/**
 * Rows of evaluation data sets, one after the other: tab-separated values as VLMEvalKit publishes them, JSON lines, the three files
 * of a LLaVA-Bench folder, and Parquet files with images. Memory does not grow with the length of a file. A malformed row is
 * counted and named; the rows after it are read.
 */
package dev.myna.loaders.datasets;
