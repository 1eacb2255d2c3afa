// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.decoder.Decoder;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderWeights;
import dev.myna.engine.decoder.LayerPlacement;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Device;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufFile;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.UnaryOperator;

/** A decoder that reads golden cases, with an F32 cache of one sequence. */
final class SiglipRun implements AutoCloseable {
    private static final int MAX_ROWS = 512;

    private final GgufFile file;
    private final List<Device> devices;
    private final Arena arena = Arena.ofShared();
    private final Decoder decoder;
    private final Decoder.Scratch scratch;
    private final KvCache cache;
    private final Batch batch = new Batch(MAX_ROWS);

    /** Takes the device over. */
    SiglipRun(SiglipCase golden, Device device) {
        this(golden, LayerPlacement.on(device), List.of(device), UnaryOperator.identity());
    }

    /**
     * @param devices are closed with this
     * @param change what is computed instead of what the file says
     */
    SiglipRun(SiglipCase golden, LayerPlacement placement, List<Device> devices, UnaryOperator<DecoderConfig> change) {
        this.devices = devices;
        file = GgufFile.open(golden.textFile());
        DecoderConfig config = change.apply(Families.decoderConfig(file));
        decoder = new Decoder(config, DecoderWeights.load(file, config, placement), placement);
        scratch = decoder.new Scratch(arena, MAX_ROWS);
        cache = decoder.newCache(arena, MAX_ROWS, TensorType.F32, TensorType.F32);
    }

    /** Logits after the last position of a case that is read in passes which end at {@code ends}. */
    float[] logits(SiglipCase golden, int... ends) {
        int from = 0;
        for (int end : ends) {
            pass(golden, from, end);
            decoder.forward(scratch, batch);
            from = end;
        }
        float[] logits = new float[decoder.vocabulary()];
        decoder.logits(scratch, batch.rows() - 1, logits);
        return logits;
    }

    private void pass(SiglipCase golden, int from, int to) {
        boolean bothWays = decoder.config().traits().imagesSeeBothWays();
        int[][] intervals = golden.intervals();
        batch.clear();
        int at = 0;
        int block = 0;
        int rowsBefore = 0;
        for (int id : golden.ids()) {
            int count = id == SiglipCase.BLOCK ? golden.blocks()[block] : 1;
            for (int i = 0; i < count; i++, at++) {
                if (at < from || at >= to) {
                    continue;
                }
                if (id == SiglipCase.BLOCK) {
                    decoder.writeImage(scratch, golden.rows(), rowsBefore + i, at - from, 1);
                } else {
                    decoder.embed(new int[] {id}, 0, scratch.row(at - from), 1);
                }
                batch.add(cache, at);
                if (id == SiglipCase.BLOCK && bothWays) {
                    batch.block(intervals[block][0], intervals[block][1]);
                }
            }
            if (id == SiglipCase.BLOCK) {
                rowsBefore += golden.blocks()[block++];
            }
        }
    }

    /** Tokens that follow a case. */
    int[] greedy(SiglipCase golden) {
        float[] logits = logits(golden, golden.size());
        int[] ids = new int[golden.greedy().length];
        for (int i = 0; i < ids.length; i++) {
            for (int id = 1; id < logits.length; id++) {
                ids[i] = logits[id] > logits[ids[i]] ? id : ids[i];
            }
            batch.clear();
            decoder.embed(ids, i, scratch.row(0), 1);
            batch.add(cache, golden.size() + i);
            decoder.forward(scratch, batch);
            decoder.logits(scratch, 0, logits);
        }
        return ids;
    }

    @Override
    public void close() {
        arena.close();
        devices.forEach(Device::close);
        file.close();
    }
}
