// SPDX-License-Identifier: Apache-2.0
/** What every image codec of Myna shares: decoded pixels and the budget of work that a file may ask for. */
package dev.myna.loaders.image.codec;
