// SPDX-License-Identifier: Apache-2.0
/** InternVL and Aya Vision: a grid of tiles whose shape follows the image's, and a thumbnail. */
package dev.myna.engine.family.internvl;
