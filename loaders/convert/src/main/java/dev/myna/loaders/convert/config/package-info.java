// SPDX-License-Identifier: Apache-2.0
/** The folder of a published checkpoint and its configuration: values by key, checked, and keys that nobody reads. */
package dev.myna.loaders.convert.config;
