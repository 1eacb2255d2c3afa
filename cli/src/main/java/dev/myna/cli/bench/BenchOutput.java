// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import dev.myna.cli.text.Controls;
import dev.myna.cli.text.Json;
import dev.myna.cli.text.Units;
import dev.myna.kernels.Roofline;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes results as they come, line by line. */
sealed interface BenchOutput {

    /**
     * Writes what comes before the first result.
     *
     * @param rooflines one per number of threads; empty if they were not measured
     * @param cacheTypes cache types to measure
     */
    void begin(BenchMachine machine, List<Roofline> rooflines, List<CacheTypes> cacheTypes);

    /** Writes one result. */
    void result(BenchResult result);

    /** Writes what comes after the last result. */
    void end();

    /** Spelled as people type it. */
    enum Format {
        md,
        csv,
        json,
        jsonl
    }

    /** @param lines receives each line, without its end */
    static BenchOutput of(Format format, Consumer<String> lines) {
        return switch (format) {
            case md -> new Markdown(lines);
            case csv -> new Csv(lines);
            case json -> new JsonArray(lines);
            case jsonl -> new JsonLines(lines);
        };
    }

    /** The table of llama-bench, between a line on the machine and one on memory. As there, a column with the default value is left out. */
    final class Markdown implements BenchOutput {
        private final Consumer<String> lines;
        private final List<Column> columns = new ArrayList<>();
        private Optional<Long> peak = Optional.empty();

        Markdown(Consumer<String> lines) {
            this.lines = lines;
        }

        /** A column: its title, its width (negative for text, which begins at the left) and what it shows. */
        private record Column(String title, int width, Function<BenchResult, String> content) {
            String cell(String text) {
                return String.format(Locale.ROOT, " %" + width + "s |", text);
            }

            String rule() {
                return width < 0 ? cell("-".repeat(-width)) : cell("-".repeat(width - 1) + ":");
            }
        }

        @Override
        public void begin(BenchMachine machine, List<Roofline> rooflines, List<CacheTypes> cacheTypes) {
            lines.accept(machine.line());
            rooflines.forEach(roof -> lines.accept(describe(roof)));
            lines.accept("");
            columns.add(new Column(
                    "model", -24, r -> Controls.oneLine(r.setting().model().type())));
            columns.add(
                    new Column("size", 10, r -> Units.bytes(r.setting().model().bytes())));
            columns.add(new Column(
                    "params", 10, r -> Units.shortCount(r.setting().model().parameters())));
            columns.add(new Column("backend", -7, r -> r.setting().backend()));
            columns.add(new Column("kernels", -7, r -> r.setting().kernels().name()));
            columns.add(
                    new Column("threads", 7, r -> Integer.toString(r.setting().threads())));
            if (!cacheTypes.equals(List.of(CacheTypes.DEFAULT))) {
                columns.add(
                        new Column("type_k", -6, r -> r.setting().cacheTypes().keyName()));
                columns.add(
                        new Column("type_v", -6, r -> r.setting().cacheTypes().valueName()));
            }
            columns.add(new Column("test", -16, r -> r.test().label()));
            columns.add(new Column("t/s", 20, BenchResult::figure));
            if (!rooflines.isEmpty()) {
                columns.add(new Column("of roof", 12, Markdown::share));
            }
            row(column -> column.cell(column.title()));
            row(Column::rule);
        }

        private static String describe(Roofline roof) {
            return String.format(
                    Locale.ROOT,
                    "roofline of %s: read %.1f GB/s, f32 FMA %.1f GFLOP/s",
                    roof.of(),
                    roof.read() / 1e9,
                    roof.fma() / 1e9);
        }

        @Override
        public void result(BenchResult result) {
            row(column -> column.cell(column.content().apply(result)));
            peak = result.peak().or(() -> peak);
        }

        private static String share(BenchResult result) {
            if (result.share().isEmpty()) {
                return "";
            }
            boolean reads = result.test() instanceof BenchTest.Tokens tokens && tokens.prompt() == 0;
            return String.format(Locale.ROOT, "%.2f %s", result.share().getAsDouble(), reads ? "of read" : "of FMA");
        }

        private void row(Function<Column, String> cell) {
            lines.accept(columns.stream().map(cell).collect(Collectors.joining("", "|", "")));
        }

        @Override
        public void end() {
            peak.ifPresent(bytes -> {
                lines.accept("");
                lines.accept("peak memory " + Units.bytes(bytes));
            });
        }
    }

    /** One row per result, a header before; strings are quoted, absent figures empty. */
    final class Csv implements BenchOutput {
        private final Consumer<String> lines;
        private boolean headed;

        Csv(Consumer<String> lines) {
            this.lines = lines;
        }

        @Override
        public void begin(BenchMachine machine, List<Roofline> rooflines, List<CacheTypes> cacheTypes) {}

        @Override
        public void result(BenchResult result) {
            Map<String, Object> fields = result.fields();
            fields.remove("samples_ns");
            if (!headed) {
                lines.accept(String.join(",", fields.keySet()));
                headed = true;
            }
            lines.accept(fields.values().stream().map(Csv::cell).collect(Collectors.joining(",")));
        }

        private static String cell(Object value) {
            return switch (value) {
                case null -> "";
                case String text -> "\"" + text.replace("\"", "\"\"") + "\"";
                default -> value.toString();
            };
        }

        @Override
        public void end() {}
    }

    /** One array of objects. */
    final class JsonArray implements BenchOutput {
        private final Consumer<String> lines;
        private String before = "[";

        JsonArray(Consumer<String> lines) {
            this.lines = lines;
        }

        @Override
        public void begin(BenchMachine machine, List<Roofline> rooflines, List<CacheTypes> cacheTypes) {}

        @Override
        public void result(BenchResult result) {
            lines.accept(before + Json.text(result.fields()));
            before = ",";
        }

        @Override
        public void end() {
            lines.accept(before.equals("[") ? "[]" : "]");
        }
    }

    /** One object per line. */
    final class JsonLines implements BenchOutput {
        private final Consumer<String> lines;

        JsonLines(Consumer<String> lines) {
            this.lines = lines;
        }

        @Override
        public void begin(BenchMachine machine, List<Roofline> rooflines, List<CacheTypes> cacheTypes) {}

        @Override
        public void result(BenchResult result) {
            lines.accept(Json.text(result.fields()));
        }

        @Override
        public void end() {}
    }
}
