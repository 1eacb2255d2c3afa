// SPDX-License-Identifier: Apache-2.0
/** Groups of options that several commands have, and the types of their values. */
package dev.myna.cli.options;
