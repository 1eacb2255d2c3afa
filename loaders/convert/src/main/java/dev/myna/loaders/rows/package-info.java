// SPDX-License-Identifier: Apache-2.0
/** Tensors that stream from one file to another, some rows at a time, on several threads and in bounded memory. */
package dev.myna.loaders.rows;
