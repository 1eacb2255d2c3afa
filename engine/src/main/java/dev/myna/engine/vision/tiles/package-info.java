// SPDX-License-Identifier: Apache-2.0
/** What families with marked tiles and connectors over grids share: one stretched tile, a grid of tiles, texts around rows, shuffle and mean. */
package dev.myna.engine.vision.tiles;
