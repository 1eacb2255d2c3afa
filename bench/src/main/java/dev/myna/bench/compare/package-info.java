// SPDX-License-Identifier: Apache-2.0
/** Another program in turns with Myna, and the ratio of their figures. */
package dev.myna.bench.compare;
