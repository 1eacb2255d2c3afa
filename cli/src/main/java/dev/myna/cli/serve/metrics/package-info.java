// SPDX-License-Identifier: Apache-2.0
/** Counts and log lines of requests. */
package dev.myna.cli.serve.metrics;
