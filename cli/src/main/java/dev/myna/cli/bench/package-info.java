// SPDX-License-Identifier: Apache-2.0
/** {@code myna bench}: what is measured, how often, and how results are written. */
package dev.myna.cli.bench;
