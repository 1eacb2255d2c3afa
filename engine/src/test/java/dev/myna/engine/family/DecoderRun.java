// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.decoder.Checkpoint;
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
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A decoder that reads golden cases, with an F32 cache of one sequence. */
final class DecoderRun implements AutoCloseable {
    private static final int MAX_ROWS = 512;

    private final GgufFile file;
    private final List<Device> devices;
    private final Arena arena = Arena.ofShared();
    private final Decoder decoder;
    private final Decoder.Scratch scratch;
    private final KvCache cache;
    private final Batch batch = new Batch(MAX_ROWS);

    /** A row of a case: a token, or a row of an image. */
    private record Row(int id, float[] image, int at) {}

    /** Takes the device over. */
    DecoderRun(DecoderCase golden, Device device) {
        this(golden, LayerPlacement.on(device), List.of(device), UnaryOperator.identity());
    }

    /**
     * @param devices are closed with this
     * @param change what is computed instead of what the file says
     */
    DecoderRun(
            DecoderCase golden, LayerPlacement placement, List<Device> devices, UnaryOperator<DecoderConfig> change) {
        this.devices = devices;
        file = GgufFile.open(golden.textFile());
        DecoderConfig config = change.apply(Families.decoderConfig(file));
        decoder = new Decoder(config, DecoderWeights.load(file, config, placement), placement);
        scratch = decoder.new Scratch(arena, MAX_ROWS);
        cache = decoder.newCache(arena, MAX_ROWS, TensorType.F32, TensorType.F32);
    }

    /** Logits after the last row of a case that is read in passes which end at {@code ends}. */
    float[] logits(DecoderCase golden, int... ends) {
        return logits(golden, golden.positions(), null, ends);
    }

    /**
     * As {@link #logits(DecoderCase, int...)} with other positions.
     *
     * @param blocks receives the rows after each layer, where not null: for one pass
     */
    float[] logits(DecoderCase golden, int[][] positions, List<float[]> blocks, int... ends) {
        List<Row> rows = rows(golden);
        float[] logits = new float[decoder.vocabulary()];
        int from = 0;
        for (int end : ends) {
            pass(golden, rows, positions, from, end, blocks);
            from = end;
        }
        decoder.logits(scratch, ends[ends.length - 1] - (ends.length == 1 ? 0 : ends[ends.length - 2]) - 1, logits);
        return logits;
    }

    private List<Row> rows(DecoderCase golden) {
        List<Row> rows = new ArrayList<>();
        int next = 0;
        for (int id : golden.ids()) {
            if (id == DecoderCase.IMAGE) {
                DecoderCase.Image image = golden.images().get(next++);
                float[] values = image.rows();
                for (int i = 0; i < image.size(); i++) {
                    rows.add(new Row(-1, values, i));
                }
            } else {
                rows.add(new Row(id, null, 0));
            }
        }
        return rows;
    }

    private void pass(DecoderCase golden, List<Row> rows, int[][] positions, int from, int to, List<float[]> blocks) {
        boolean bothWays = decoder.config().traits().imagesSeeBothWays();
        batch.clear();
        for (int i = from; i < to; i++) {
            Row row = rows.get(i);
            if (row.image != null) {
                decoder.writeImage(scratch, row.image, row.at, i - from, 1);
            } else {
                decoder.embed(new int[] {row.id}, 0, scratch.row(i - from), 1);
            }
            batch.add(cache, i, positions[i][0], positions[i][1], positions[i][2]);
            for (int[] block : bothWays ? golden.intervals() : new int[0][]) {
                if (i >= block[0] && i <= block[1]) {
                    batch.block(block[0], block[1]);
                }
            }
        }
        decoder.forward(scratch, batch, new Checkpoint() {
            @Override
            public void check() {}

            @Override
            public void beforeLayer(int index, int count) {
                if (blocks != null && index > 0) {
                    blocks.add(residual(to - from));
                }
            }
        });
        if (blocks != null) {
            blocks.add(residual(to - from));
        }
    }

    private float[] residual(int n) {
        float[] values = new float[n * scratch.x().width()];
        decoder.front().read(scratch.x(), values, 0, n);
        return values;
    }

    /** Tokens that follow a case: each has the next position, and the next place in the cache. */
    int[] greedy(DecoderCase golden) {
        float[] logits = logits(golden, golden.size());
        int[] ids = new int[golden.greedy().length];
        int position = golden.nextPosition();
        for (int i = 0; i < ids.length; i++) {
            for (int id = 1; id < logits.length; id++) {
                ids[i] = logits[id] > logits[ids[i]] ? id : ids[i];
            }
            batch.clear();
            decoder.embed(ids, i, scratch.row(0), 1);
            batch.add(cache, golden.size() + i, position, position, position++);
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
