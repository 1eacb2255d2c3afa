// SPDX-License-Identifier: Apache-2.0
/** The page that people open in a browser. */
package dev.myna.cli.serve.page;
