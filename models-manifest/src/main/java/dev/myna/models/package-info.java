// SPDX-License-Identifier: Apache-2.0
/** The manifests and the embedded model, as resources. */
package dev.myna.models;
