// SPDX-License-Identifier: Apache-2.0
/** Reading and writing files, whatever their format. */
package dev.myna.loaders.io;
