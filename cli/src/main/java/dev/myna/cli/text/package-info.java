// SPDX-License-Identifier: Apache-2.0
/** Text and JSON, in and out: units, control characters, UTF-8 lines. */
package dev.myna.cli.text;
