// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.ImageTiles;
import dev.myna.engine.ImageTokens;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.gguf.GgufFile;
import java.util.ArrayList;
import java.util.List;

/** A family's tiling as the caller's options change it. An option that the family does not have is refused. */
public final class RequestedTiling {
    private static final String TOKENS = "--image-tokens";
    private static final String TILES = "--tiles";
    private static final String CROPS = "--pan-and-scan";

    private RequestedTiling() {}

    /**
     * The tiling of a vision file under these options.
     *
     * @throws RequestException if an option does not apply; the message names the family and the options that do
     */
    public static Tiling of(GgufFile file, VisionConfig config, ImageTokens tokens, ImageTiles tiles) {
        Tiling standard = config.family().tiling(file, config);
        Tiling tiling = standard;
        if (tokens.isGiven()) {
            tiling = tiling.within(tokens).orElseThrow(() -> refused(file, config, standard, TOKENS));
        }
        if (tiles.crops()) {
            tiling = tiling.withCrops().orElseThrow(() -> refused(file, config, standard, CROPS));
        }
        if (tiles.most() > 0) {
            tiling = tiling.limited(tiles.most()).orElseThrow(() -> refused(file, config, standard, TILES));
        }
        return tiling;
    }

    private static RequestException refused(GgufFile file, VisionConfig config, Tiling tiling, String option) {
        return new RequestException(file.name() + ": " + option + " does not apply to "
                + config.family().name() + " (" + tiling.description() + "); " + supported(tiling));
    }

    private static String supported(Tiling tiling) {
        List<String> options = new ArrayList<>();
        if (tiling.within(new ImageTokens(1, 1)).isPresent()) {
            options.add(TOKENS + " MIN,MAX");
        }
        if (tiling.limited(1).isPresent()) {
            options.add(TILES + " N");
        }
        if (tiling.withCrops().isPresent()) {
            options.add(CROPS + ", and " + TILES + " N with it");
        }
        return options.isEmpty() ? "no option changes that number" : "use " + String.join(", ", options);
    }
}
