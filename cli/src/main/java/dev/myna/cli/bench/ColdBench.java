// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Measures images and first tokens in fresh processes. Both tests use the same runs. */
final class ColdBench {
    private final List<String> arguments;
    private final int count;
    private List<ColdRun> runs;

    /** @param arguments of {@code myna run}: model, threads, question */
    ColdBench(List<String> arguments, int count) {
        this.arguments = List.copyOf(arguments);
        this.count = count;
    }

    Measured vit() throws IOException {
        return new Measured(
                runs().stream()
                        .mapToLong(run -> Math.round(run.imageMillis() * 1e6))
                        .toArray(),
                -1);
    }

    Measured ttft() throws IOException {
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("load", median(ColdRun::loadMillis));
        parts.put("image", median(ColdRun::imageMillis));
        parts.put("prompt", median(ColdRun::promptMillis));
        return new Measured(runs().stream().mapToLong(ColdRun::firstTokenNanos).toArray(), -1, parts);
    }

    private double median(ToDoubleFunction<ColdRun> part) throws IOException {
        return new Samples(runs().stream().mapToDouble(part).toArray()).median();
    }

    private List<ColdRun> runs() throws IOException {
        if (runs == null) {
            List<ColdRun> made = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                made.add(ColdRun.of(arguments));
            }
            runs = made;
        }
        return runs;
    }
}
