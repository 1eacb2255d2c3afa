/** Tensors, number formats and the {@link dev.myna.kernels.Device} interface that models are written against. */
package dev.myna.kernels;
