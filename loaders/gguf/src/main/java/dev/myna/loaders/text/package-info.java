// SPDX-License-Identifier: Apache-2.0
/** Text from files that are not trusted, made fit for messages; for the modules of this project only. */
package dev.myna.loaders.text;
