// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.jr.ob.JSON;

/** Writes one safetensors file of random weights: header length, JSON header, data. */
final class SafetensorsWriter {
    private SafetensorsWriter() {}

    static void write(Path path, List<CheckpointPlan.Entry> entries, WeightPool weights) throws IOException {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("__metadata__", Map.of("format", "pt"));
        long offset = 0;
        for (CheckpointPlan.Entry entry : entries) {
            long end = offset + entry.bytes();
            header.put(
                    entry.name(),
                    Map.of(
                            "dtype", entry.type().name(),
                            "shape", entry.shape(),
                            "data_offsets", List.of(offset, end)));
            offset = end;
        }
        byte[] json = JSON.std.asString(header).getBytes(StandardCharsets.UTF_8);
        int padded = (json.length + 7) / 8 * 8;
        ByteBuffer head = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        head.putLong(padded).put(json);
        while (head.hasRemaining()) {
            head.put((byte) ' ');
        }
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            channel.write(head.flip());
            for (CheckpointPlan.Entry entry : entries) {
                weights.write(channel, entry.type(), entry.mean(), entry.deviation(), entry.bytes());
            }
        }
    }
}
