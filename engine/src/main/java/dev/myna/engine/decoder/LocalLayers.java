// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.kernels.Attention;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Layers that see a window of the latest positions only, among others that see all.
 *
 * @param window positions that a local layer sees, a row's own and those before
 * @param period every so many layers one sees all: layer i with {@code (i + 1) % period == 0}
 * @param rope rotary embedding of local layers
 * @param globalTurns whether the heads of the other layers turn, by the rotary embedding of the configuration
 */
public record LocalLayers(int window, int period, ContextRope rope, boolean globalTurns) {
    private static final int MAX_WINDOW = 1 << 24;

    /** No layer is local. */
    public static final LocalLayers NONE = new LocalLayers(Attention.NO_WINDOW, 1, null, true);

    /**
     * Reads {@code attention.sliding_window} and {@code attention.sliding_window_pattern}.
     *
     * @param prefix what the keys begin with: the architecture and a dot
     * @param period of files that do not say it
     * @throws dev.myna.loaders.gguf.GgufException if the window is missing, or a number is out of range
     */
    public static LocalLayers read(GgufFile file, String prefix, int period, ContextRope rope) {
        GgufMetadata metadata = file.metadata();
        return new LocalLayers(
                metadata.integer(prefix + "attention.sliding_window", 1, MAX_WINDOW),
                metadata.integer(prefix + "attention.sliding_window_pattern", 1, DecoderConfig.MAX_LAYERS, period),
                rope,
                true);
    }

    /** The same where the heads of the other layers do not turn. */
    public LocalLayers withoutGlobalRope() {
        return new LocalLayers(window, period, rope, false);
    }

    /** Whether a layer sees a window only. */
    public boolean isLocal(int layer) {
        return (layer + 1) % period != 0;
    }

    /** Positions that a layer sees. */
    public int window(int layer) {
        return isLocal(layer) ? window : Attention.NO_WINDOW;
    }

    /** Positions that each layer sees; empty if all see everything. */
    public List<Integer> windows(int layers) {
        return window == Attention.NO_WINDOW || period == 1
                ? List.of()
                : IntStream.range(0, layers).mapToObj(this::window).toList();
    }

    /** The rotary embedding of a layer; null if its heads do not turn. */
    ContextRope rope(int layer, ContextRope global) {
        return isLocal(layer) ? rope : globalTurns ? global : null;
    }
}
