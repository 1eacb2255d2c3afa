// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.llava;

import dev.myna.engine.ImagePlan;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.family.pangea.AnyResolution;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.loaders.image.RgbImage;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A layout of Pangea's kind whose map of kept patches is resized, bilinear, with the centres of patches half a patch inside, before the
 * newlines come to its rows.
 *
 * @param tiles the tiles and the kept patches
 * @param mapRows rows of the map in the end
 * @param mapColumns columns in the end
 */
record ShrunkMap(AnyResolution.Plan tiles, int mapRows, int mapColumns) implements ImageLayout {

    @Override
    public int rows() {
        return overviewRows() + mapRows * (mapColumns + 1);
    }

    private int overviewRows() {
        return tiles.patchesPerSide() * tiles.patchesPerSide();
    }

    @Override
    public List<RgbImage> cut(RgbImage image, Checkpoint checkpoint) {
        return tiles.cut(image, checkpoint);
    }

    @Override
    public float[] arrange(float[] projected, float[] newline) {
        if (mapRows == tiles.keep().rows() && mapColumns == tiles.keep().columns()) {
            return tiles.arrange(projected, newline);
        }
        int width = newline.length;
        float[] arranged = Arrays.copyOf(projected, rows() * width);
        int to = overviewRows() * width;
        for (int y = 0; y < mapRows; y++) {
            Between row = Between.of(y, tiles.keep().rows(), mapRows);
            for (int x = 0; x < mapColumns; x++, to += width) {
                Between column = Between.of(x, tiles.keep().columns(), mapColumns);
                int topLeft = tiles.kept(row.first, column.first) * width;
                int topRight = tiles.kept(row.first, column.second) * width;
                int bottomLeft = tiles.kept(row.second, column.first) * width;
                int bottomRight = tiles.kept(row.second, column.second) * width;
                for (int c = 0; c < width; c++) {
                    float top = column.mix(projected[topLeft + c], projected[topRight + c]);
                    float bottom = column.mix(projected[bottomLeft + c], projected[bottomRight + c]);
                    arranged[to + c] = row.mix(top, bottom);
                }
            }
            System.arraycopy(newline, 0, arranged, to, width);
            to += width;
        }
        return arranged;
    }

    /** Two neighbours and how far a place is from the first to the second. */
    private record Between(int first, int second, float share) {
        static Between of(int index, int in, int out) {
            double place = Math.max(0, (index + 0.5) * in / out - 0.5);
            int first = Math.min((int) place, in - 1);
            return new Between(first, Math.min(first + 1, in - 1), (float) (place - first));
        }

        float mix(float a, float b) {
            return (1 - share) * a + share * b;
        }
    }

    @Override
    public Optional<ImagePlan> plan() {
        return Optional.of(new ImagePlan(
                tiles.pinpoint().width(),
                tiles.pinpoint().height(),
                tiles.resizedWidth(),
                tiles.resizedHeight(),
                tiles.tiles(),
                mapRows,
                mapColumns,
                rows()));
    }
}
