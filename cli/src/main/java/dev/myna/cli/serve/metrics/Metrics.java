// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.metrics;

import dev.myna.engine.SchedulerStats;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Metrics in the text format of Prometheus. They contain no content, and no label that clients can choose. */
public final class Metrics {
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final double[] SECONDS = {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300};

    private final Map<String, LongAdder> requests = new ConcurrentSkipListMap<>();
    private final LongAdder gone = new LongAdder();
    private final Histogram firstToken = new Histogram();
    private final Histogram duration = new Histogram();

    /** A histogram of seconds. */
    private static final class Histogram {
        private final LongAdder[] buckets = new LongAdder[SECONDS.length];
        private final LongAdder count = new LongAdder();
        private final LongAdder nanos = new LongAdder();

        Histogram() {
            for (int i = 0; i < buckets.length; i++) {
                buckets[i] = new LongAdder();
            }
        }

        void add(long value) {
            count.increment();
            nanos.add(value);
            for (int i = 0; i < SECONDS.length; i++) {
                if (value <= SECONDS[i] * 1e9) {
                    buckets[i].increment();
                }
            }
        }
    }

    /**
     * An answered request.
     *
     * @param route name of the route, never the client's path
     */
    public void request(String route, int status) {
        requests.computeIfAbsent("route=\"" + route + "\",status=\"" + status + "\"", _ -> new LongAdder())
                .increment();
    }

    /** A client that left before its answer was complete. */
    public void gone() {
        gone.increment();
    }

    public void firstToken(long nanos) {
        firstToken.add(nanos);
    }

    public void duration(long nanos) {
        duration.add(nanos);
    }

    /**
     * All metrics.
     *
     * @param bodies bytes of request bodies in memory
     * @param images bytes of decoded images in memory
     */
    public String text(SchedulerStats stats, long bodies, long images) {
        StringBuilder out = new StringBuilder();
        head(out, "http_requests_total", "counter", "Requests answered.");
        requests.forEach((labels, count) -> out.append("myna_http_requests_total{")
                .append(labels)
                .append("} ")
                .append(count)
                .append('\n'));
        line(out, "clients_gone_total", "counter", "Clients that left before their answer was complete.", gone.sum());
        line(out, "slots", "gauge", "Requests that can be processed at once.", stats.slots());
        line(out, "slots_active", "gauge", "Requests that are processed.", stats.active());
        line(out, "requests_waiting", "gauge", "Requests that wait for a slot.", stats.waiting());
        line(out, "requests_accepted_total", "counter", "Requests accepted.", stats.submitted());
        line(out, "requests_refused_total", "counter", "Requests refused because the queue was full.", stats.refused());
        line(out, "answers_finished_total", "counter", "Answers that ended by themselves.", stats.finished());
        line(out, "answers_cancelled_total", "counter", "Answers cut short by their clients.", stats.cancelled());
        line(out, "answers_failed_total", "counter", "Answers that failed.", stats.failed());
        line(out, "prompt_tokens_total", "counter", "Positions of prompts, images included.", stats.promptTokens());
        line(out, "prompt_tokens_reused_total", "counter", "Of these, found in a KV cache.", stats.reusedTokens());
        line(out, "generated_tokens_total", "counter", "Tokens generated.", stats.generatedTokens());
        line(out, "images_total", "counter", "Images that went through the vision tower.", stats.images());
        line(out, "passes_total", "counter", "Passes of the decoder.", stats.passes());
        line(out, "pass_rows_total", "counter", "Rows of all passes.", stats.passRows());
        line(out, "kv_cache_bytes", "gauge", "KV caches of running requests.", stats.cacheBytes());
        line(out, "prefix_cache_bytes", "gauge", "KV caches kept of earlier requests.", stats.prefixBytes());
        line(out, "image_cache_bytes", "gauge", "Images' rows kept of earlier requests.", stats.imageBytes());
        line(out, "body_bytes", "gauge", "Bodies of requests in memory.", bodies);
        line(out, "image_bytes", "gauge", "Decoded images in memory.", images);
        histogram(out, "first_token_seconds", "Time from a request's arrival to its first text.", firstToken);
        histogram(out, "request_seconds", "Time from a request's arrival to its end.", duration);
        return out.toString();
    }

    private static void line(StringBuilder out, String name, String type, String help, long value) {
        head(out, name, type, help);
        out.append("myna_").append(name).append(' ').append(value).append('\n');
    }

    private static void head(StringBuilder out, String name, String type, String help) {
        out.append("# HELP myna_").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE myna_").append(name).append(' ').append(type).append('\n');
    }

    private static void histogram(StringBuilder out, String name, String help, Histogram histogram) {
        head(out, name, "histogram", help);
        // Reads the count first, so that no bucket is below it.
        long count = histogram.count.sum();
        for (int i = 0; i < SECONDS.length; i++) {
            bucket(
                    out,
                    name,
                    String.format(Locale.ROOT, "%s", SECONDS[i]),
                    Math.min(count, histogram.buckets[i].sum()));
        }
        bucket(out, name, "+Inf", count);
        out.append("myna_")
                .append(name)
                .append("_sum ")
                .append(histogram.nanos.sum() / 1e9)
                .append('\n');
        out.append("myna_").append(name).append("_count ").append(count).append('\n');
    }

    private static void bucket(StringBuilder out, String name, String bound, long count) {
        out.append("myna_")
                .append(name)
                .append("_bucket{le=\"")
                .append(bound)
                .append("\"} ")
                .append(count)
                .append('\n');
    }
}
