// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.metrics;

import dev.myna.cli.serve.http.Exchange;
import dev.myna.engine.Generation;
import java.util.Locale;

/** One request, and its times and counts for metrics and the log. */
public final class Call {
    private static final double NANOS_PER_SECOND = 1e9;

    private final Exchange exchange;
    private final String route;
    private final long start = System.nanoTime();
    private long firstText;
    private Generation.Stats stats;

    public Call(Exchange exchange, String route) {
        this.exchange = exchange;
        this.route = route;
    }

    public Exchange exchange() {
        return exchange;
    }

    /** The route's name. Logs never contain the path that a client sent. */
    public String route() {
        return route;
    }

    /** Records the time of the first text. */
    public void text() {
        if (firstText == 0) {
            firstText = System.nanoTime() - start;
        }
    }

    /** Nanoseconds until the first text, 0 for none. */
    public long firstText() {
        return firstText;
    }

    public void stats(Generation.Stats counts) {
        stats = counts;
    }

    public long nanos() {
        return System.nanoTime() - start;
    }

    /** @param outcome a status, or {@code gone} */
    public String line(String outcome) {
        StringBuilder line = new StringBuilder(exchange.method().matches("[A-Z]{1,10}") ? exchange.method() : "?")
                .append(' ')
                .append(route)
                .append(' ')
                .append(outcome);
        if (stats != null) {
            line.append(" prompt ").append(stats.promptTokens());
            line.append(" (").append(stats.cachedTokens()).append(" kept)");
            line.append(" answer ").append(stats.generatedTokens());
        }
        if (firstText > 0) {
            line.append(String.format(Locale.ROOT, " first %.3f s", firstText / NANOS_PER_SECOND));
        }
        return line.append(String.format(Locale.ROOT, " total %.3f s", nanos() / NANOS_PER_SECOND))
                .toString();
    }
}
