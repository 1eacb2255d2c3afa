// SPDX-License-Identifier: Apache-2.0
/** How many answers of the embedded model are right. */
package dev.myna.bench.accuracy;
