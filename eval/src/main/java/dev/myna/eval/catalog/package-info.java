// SPDX-License-Identifier: Apache-2.0
/** What to download for each task. Nothing here fetches anything. */
package dev.myna.eval.catalog;
