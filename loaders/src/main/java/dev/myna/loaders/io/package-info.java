// SPDX-License-Identifier: Apache-2.0
/** Reading files, whatever their format. */
package dev.myna.loaders.io;
