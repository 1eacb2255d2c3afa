// SPDX-License-Identifier: Apache-2.0
/** Which network addresses downloads may connect to. */
package dev.myna.loaders.hub.net;
