// SPDX-License-Identifier: Apache-2.0
/** Models from a hub: what a manifest says of them, how their files are fetched, and the store that keeps them. */
package dev.myna.loaders.hub;
