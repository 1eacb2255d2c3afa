// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import dev.myna.cli.command.ModelFacts;
import dev.myna.kernels.Roofline;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Fixed results for tests of outputs. */
final class BenchSamples {
    static final BenchMachine MACHINE = new BenchMachine(
            "Test CPU", 2, "Linux 6.1 amd64", "25.0.3+9 Test VM", List.of("-Xmx1g"), "Vector API", "1.2.3");
    static final Roofline ROOFLINE = new Roofline("2 threads", 20e9, 300e9);
    private static final ModelFacts MODEL =
            new ModelFacts("m.gguf", "llama 1.4B Q4_0", 767_721_472, 1_364_297_728, 730_000_000, 2.6e9, 1.3e8);
    private static final Instant BEGIN = Instant.parse("2026-01-02T03:04:05.678Z");

    private BenchSamples() {}

    private static BenchResult result(BenchTest test, Measured measured, Roofline roofline) {
        BenchResult.Setting setting = new BenchResult.Setting(
                MACHINE,
                MODEL,
                "CPU, test",
                new KernelsInUse("vector", "no machine code"),
                2,
                CacheTypes.DEFAULT,
                "bench -m 'a \"b\".gguf'");
        Optional<Long> peak = test.state() == BenchTest.State.WARM ? Optional.of(900L << 20) : Optional.empty();
        return new BenchResult(setting, test, measured, roofline, BEGIN, peak);
    }

    /** 100 tokens in 1, 2 and 4 seconds. */
    static BenchResult prompt(Roofline roofline) {
        return result(
                new BenchTest.Tokens(100, 0, 0),
                new Measured(new long[] {1_000_000_000, 2_000_000_000, 4_000_000_000L}, 4096),
                roofline);
    }

    /** 10 tokens in half a second. */
    static BenchResult generation(Roofline roofline) {
        return result(new BenchTest.Tokens(0, 10, 64), new Measured(new long[] {500_000_000}, 0), roofline);
    }

    /** A cold image question. */
    static BenchResult firstToken() {
        return result(
                new BenchTest.Ttft(BenchTest.State.COLD),
                new Measured(
                        new long[] {1_500_000_000, 1_700_000_000},
                        -1,
                        Map.of("load", 100.0, "image", 900.0, "prompt", 300.125)),
                null);
    }

    /** An image. */
    static BenchResult image() {
        return result(
                new BenchTest.Vit(BenchTest.State.WARM), new Measured(new long[] {20_000_000, 22_000_000}, 64), null);
    }
}
