// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import dev.myna.cli.command.ModelFacts;
import dev.myna.kernels.Roofline;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A measured test, with all facts to compare it later. Field names are those of llama-bench where it has them.
 *
 * @param setting what was run
 * @param roofline null if it was not measured
 * @param begin when
 * @param peak resident memory of this process, the most so far in bytes; empty if it is unknown or the test ran in others
 */
record BenchResult(
        Setting setting, BenchTest test, Measured measured, Roofline roofline, Instant begin, Optional<Long> peak) {
    private static final double NANOS_PER_SECOND = 1e9;

    /**
     * What the tests of one run have in common.
     *
     * @param kernels the kernels in use
     * @param arguments of the command, as given
     */
    record Setting(
            BenchMachine machine,
            ModelFacts model,
            String device,
            KernelsInUse kernels,
            int threads,
            CacheTypes cacheTypes,
            String arguments) {
        String backend() {
            return device.startsWith("opencl:") ? "OpenCL" : "CPU";
        }
    }

    /** Tokens per second, one per repetition; only for tests that process tokens. */
    private Samples rates(BenchTest.Tokens tokens) {
        return Samples.of(measured.nanos(), nanos -> tokens.count() * NANOS_PER_SECOND / nanos);
    }

    /** Median and standard deviation for people: tokens per second as a bare number, else with a unit. */
    String figure() {
        return switch (test) {
            case BenchTest.Tokens tokens -> spread("%.2f ± %.2f", rates(tokens));
            case BenchTest.Vit _ -> spread("%.1f ± %.1f ms", Samples.of(measured.nanos(), nanos -> nanos / 1e6));
            case BenchTest.Ttft _ ->
                spread("%.3f ± %.3f s", Samples.of(measured.nanos(), nanos -> nanos / NANOS_PER_SECOND));
        };
    }

    private static String spread(String format, Samples samples) {
        return String.format(Locale.ROOT, format, samples.median(), samples.deviation());
    }

    /**
     * The share of the roofline that the median reaches: for decode, weight bytes against the read bandwidth; for prefill, matmul
     * operations against the multiply-add peak. Empty for other tests, and without a roofline.
     */
    OptionalDouble share() {
        if (roofline == null || !(test instanceof BenchTest.Tokens tokens)) {
            return OptionalDouble.empty();
        }
        double seconds =
                Samples.of(measured.nanos(), nanos -> nanos / NANOS_PER_SECOND).median();
        if (tokens.prompt() == 0) {
            double bytes = (double) setting.model().bytesPerToken() * tokens.generation();
            return OptionalDouble.of(bytes / seconds / roofline.read());
        }
        return tokens.generation() == 0
                ? OptionalDouble.of(promptFlops(tokens) / seconds / roofline.fma())
                : OptionalDouble.empty();
    }

    private double promptFlops(BenchTest.Tokens tokens) {
        return setting.model().layerFlops() * tokens.prompt() + setting.model().outputFlops();
    }

    /** All facts, for programs. All results have the same fields; absent figures are null. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        BenchMachine machine = setting.machine();
        fields.put("version", machine.version());
        fields.put("test_time", begin.truncatedTo(ChronoUnit.SECONDS).toString());
        fields.put("cpu_info", machine.processor());
        fields.put("processors", machine.processors());
        fields.put("system", machine.system());
        fields.put("java", machine.java());
        fields.put("jvm_flags", String.join(" ", machine.jvmFlags()));
        fields.put("flags", setting.arguments());
        fields.put("backends", setting.backend());
        fields.put("device", setting.device());
        fields.put("kernels", setting.kernels().name());
        fields.put("fallback", setting.kernels().fallback());
        fields.put("model_filename", setting.model().file());
        fields.put("model_type", setting.model().type());
        fields.put("model_size", setting.model().bytes());
        fields.put("model_n_params", setting.model().parameters());
        fields.put("n_threads", setting.threads());
        fields.put("type_k", setting.cacheTypes().keyName());
        fields.put("type_v", setting.cacheTypes().valueName());
        BenchTest.Tokens tokens = test instanceof BenchTest.Tokens t ? t : null;
        fields.put("test", test.label());
        fields.put("state", test.state().label());
        fields.put("n_prompt", tokens == null ? null : tokens.prompt());
        fields.put("n_gen", tokens == null ? null : tokens.generation());
        fields.put("n_depth", tokens == null ? null : tokens.depth());
        fields.put("repetitions", measured.nanos().length);
        statistics(fields, "ns", Samples.of(measured.nanos(), nanos -> nanos), 0);
        statistics(fields, "ts", tokens == null ? null : rates(tokens), 3);
        for (String part : new String[] {"load", "image", "prompt"}) {
            fields.put(part + "_ms", rounded(measured.parts().get(part), 3));
        }
        fields.put("allocated_bytes", measured.allocated() < 0 ? null : measured.allocated());
        fields.put("peak_memory_bytes", peak.orElse(null));
        boolean generates = tokens != null && tokens.generation() > 0;
        fields.put("weight_bytes_per_token", generates ? setting.model().bytesPerToken() : null);
        boolean prompts = tokens != null && tokens.prompt() > 0;
        fields.put("flop_per_token", prompts ? rounded(promptFlops(tokens) / tokens.prompt(), 0) : null);
        fields.put("roofline_read_gb_s", roofline == null ? null : rounded(roofline.read() / 1e9, 3));
        fields.put("roofline_fma_gflop_s", roofline == null ? null : rounded(roofline.fma() / 1e9, 3));
        fields.put("roofline_share", share().isPresent() ? rounded(share().getAsDouble(), 4) : null);
        fields.put("samples_ns", Arrays.stream(measured.nanos()).boxed().toList());
        return fields;
    }

    private static void statistics(Map<String, Object> fields, String unit, Samples samples, int digits) {
        boolean absent = samples == null;
        fields.put("avg_" + unit, absent ? null : rounded(samples.mean(), digits));
        fields.put("stddev_" + unit, absent ? null : rounded(samples.deviation(), digits));
        fields.put("median_" + unit, absent ? null : rounded(samples.median(), digits));
        fields.put("min_" + unit, absent ? null : rounded(samples.min(), digits));
        fields.put("max_" + unit, absent ? null : rounded(samples.max(), digits));
    }

    /** Rounded to {@code digits} digits after the point. Null stays null. */
    private static Number rounded(Double value, int digits) {
        if (value == null) {
            return null;
        }
        double scale = Math.pow(10, digits);
        return digits == 0 ? (Number) Math.round(value) : (Number) (Math.round(value * scale) / scale);
    }
}
