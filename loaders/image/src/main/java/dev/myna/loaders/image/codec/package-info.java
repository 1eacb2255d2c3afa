// SPDX-License-Identifier: Apache-2.0
/** What every image codec of Myna shares: decoded pixels, the budget of work that a file may ask for, and its faults. */
package dev.myna.loaders.image.codec;
