// SPDX-License-Identifier: Apache-2.0
/** Models from a hub: manifests, downloads, and the store of downloaded models. */
package dev.myna.loaders.hub;
