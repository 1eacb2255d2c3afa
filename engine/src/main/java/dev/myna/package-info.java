// SPDX-License-Identifier: Apache-2.0
/** Where programs begin: {@link dev.myna.Myna} loads a model, and {@link dev.myna.engine} says what to do with it. */
package dev.myna;
