// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.report;

import java.util.List;
import java.util.Map;

/** Bars of scores by language with their 95 % intervals, and the gap between the best and the worst language, as SVG. */
final class Plot {
    private static final int WIDTH = 480;
    private static final int LEFT = 128;
    private static final int RIGHT = 54;
    private static final int ROW = 24;
    private static final int HEAD = 58;
    private static final int FOOT = 30;
    private static final int NAME_CHARACTERS = 17;
    private static final double[] SCALES = {5, 10, 20, 50, 100, 150, 200};

    /** Colours of both schemes; a plot can be shown alone. */
    private static final String STYLE = """
            <style>
            .plot{--ink:#1b2430;--soft:#5a6675;--line:#d5dbe3;--bar:#3b76c4;--best:#1f7a52;--worst:#b3472f;--ground:#ffffff}
            @media (prefers-color-scheme:dark){.plot{--ink:#e8edf3;--soft:#a3b0bf;--line:#3a4552;--bar:#6ea3e6;--best:#58b98a;\
            --worst:#e58a70;--ground:#161b22}}
            @media print{.plot{--ink:#000;--soft:#444;--line:#bbb;--bar:#3b76c4;--best:#1f7a52;--worst:#b3472f;--ground:#fff}}
            .plot text{font:13px system-ui,"Noto Sans",sans-serif;fill:var(--ink)}
            .plot .title{font-weight:600;font-size:14px}.plot .soft{fill:var(--soft);font-size:11px}
            .plot .ground{fill:var(--ground)}.plot .grid{stroke:var(--line)}.plot .bar{fill:var(--bar)}
            .plot .best{fill:var(--best)}.plot .worst{fill:var(--worst)}
            .plot .whisker{stroke:var(--ink);stroke-width:1.5;fill:none}.plot .gap{stroke:var(--soft);stroke-dasharray:3 3}
            </style>
            """;

    private Plot() {}

    /** One drawing with a plot for each task. */
    static String of(List<TaskView> tasks) {
        int height = 0;
        StringBuilder plots = new StringBuilder();
        for (TaskView task : tasks) {
            plots.append("<g transform=\"translate(0 ").append(height).append(")\">\n");
            draw(plots, task);
            plots.append("</g>\n");
            height += height(task);
        }
        String label = "Scores by language: "
                + String.join(", ", tasks.stream().map(TaskView::name).toList());
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" viewBox=\"0 0 " + WIDTH + " " + height
                + "\" width=\"" + WIDTH + "\" height=\"" + height + "\" role=\"img\" aria-label=\"" + Html.escape(label)
                + "\">\n" + STYLE + "<rect class=\"ground\" width=\"" + WIDTH + "\" height=\"" + height + "\"/>\n"
                + plots + "</svg>\n";
    }

    private static int height(TaskView task) {
        return HEAD + ROW * task.languages().size() + FOOT;
    }

    private static void draw(StringBuilder out, TaskView task) {
        List<Map.Entry<String, Double>> ranking = task.ranking();
        double scale = scale(task);
        int bottom = HEAD + ROW * ranking.size();
        text(out, 8, 20, "title", "start", title(task));
        for (int i = 0; i <= 4; i++) {
            double x = x(scale * i / 4, scale);
            out.append("<path class=\"grid\" d=\"M")
                    .append(Numbers.at(x))
                    .append(' ')
                    .append(HEAD - 4)
                    .append('V')
                    .append(bottom)
                    .append("\"/>\n");
            String tick = scale < 20 ? Numbers.score(scale * i / 4) : Numbers.count(scale * i / 4);
            text(out, x, bottom + 14, "soft", "middle", tick);
        }
        String best = Numbers.text(task.summary(), "best");
        String worst = Numbers.text(task.summary(), "worst");
        double gap = Numbers.of(task.summary(), "gap");
        for (int i = 0; i < ranking.size(); i++) {
            String code = ranking.get(i).getKey();
            int top = HEAD + ROW * i;
            String kind = gap > 0 && code.equals(best) ? "best" : gap > 0 && code.equals(worst) ? "worst" : "bar";
            bar(
                    out,
                    code,
                    ranking.get(i).getValue(),
                    Numbers.map(task.languages().get(code), "interval"),
                    top,
                    scale,
                    kind);
        }
        if (gap > 0) {
            gap(out, task, best, worst, bottom, scale);
        }
    }

    private static String title(TaskView task) {
        return task.name()
                + (task.multilingual()
                        ? ": mean " + Numbers.score(Numbers.of(task.summary(), "mean")) + ", gap "
                                + Numbers.score(Numbers.of(task.summary(), "gap"))
                        : "");
    }

    private static void bar(
            StringBuilder out, String code, double score, Map<?, ?> interval, int top, double scale, String kind) {
        String name = LanguageNames.english(code);
        String shown = name.length() > NAME_CHARACTERS ? name.substring(0, NAME_CHARACTERS - 1) + "…" : name;
        text(out, LEFT - 8, top + 16, "", "end", shown);
        if (Double.isNaN(score)) {
            text(out, LEFT + 6, top + 16, "soft", "start", "no score");
            return;
        }
        double end = x(score, scale);
        out.append("<rect class=\"")
                .append(kind)
                .append("\" x=\"")
                .append(LEFT)
                .append("\" y=\"")
                .append(top + 4)
                .append("\" width=\"")
                .append(Numbers.at(Math.max(1, end - LEFT)))
                .append("\" height=\"")
                .append(ROW - 8)
                .append("\" rx=\"2\"/>\n");
        double low = Numbers.of(interval, "low");
        double high = Numbers.of(interval, "high");
        if (!Double.isNaN(low) && !Double.isNaN(high)) {
            String middle = Integer.toString(top + ROW / 2);
            String from = Numbers.at(x(low, scale));
            String to = Numbers.at(x(high, scale));
            out.append("<path class=\"whisker\" d=\"M" + from + " " + middle + "H" + to + "M" + from + " " + (top + 8)
                    + "v8M" + to + " " + (top + 8) + "v8\"/>\n");
        }
        text(out, WIDTH - 8, top + 16, "", "end", Numbers.score(score));
    }

    private static void gap(StringBuilder out, TaskView task, String best, String worst, int bottom, double scale) {
        double high = x(Numbers.of(task.languages().getOrDefault(best, Map.of()), "score"), scale);
        double low = x(Numbers.of(task.languages().getOrDefault(worst, Map.of()), "score"), scale);
        if (Double.isNaN(high) || Double.isNaN(low)) {
            return;
        }
        int y = HEAD - 10;
        for (double x : new double[] {low, high}) {
            out.append("<path class=\"gap\" d=\"M" + Numbers.at(x) + " " + y + "V" + bottom + "\"/>\n");
        }
        out.append("<path class=\"whisker\" d=\"M" + Numbers.at(low) + " " + y + "H" + Numbers.at(high) + "M"
                + Numbers.at(low) + " " + (y - 4) + "v8M" + Numbers.at(high) + " " + (y - 4) + "v8\"/>\n");
        String words = "gap " + LanguageNames.english(best) + " – " + LanguageNames.english(worst);
        double middle = Math.clamp((low + high) / 2, LEFT + 60.0, WIDTH - 110.0);
        text(out, middle, y - 7, "soft", "middle", words);
    }

    private static void text(StringBuilder out, double x, int y, String kind, String anchor, String words) {
        out.append("<text x=\"")
                .append(Numbers.at(x))
                .append("\" y=\"")
                .append(y)
                .append("\" text-anchor=\"")
                .append(anchor)
                .append(kind.isEmpty() ? "\">" : "\" class=\"" + kind + "\">")
                .append(Html.escape(words))
                .append("</text>\n");
    }

    private static double x(double score, double scale) {
        return LEFT + Math.clamp(score / scale, 0, 1) * (WIDTH - LEFT - RIGHT);
    }

    /** The end of the axis: the least round number that nothing exceeds. */
    private static double scale(TaskView task) {
        double most = 0;
        for (Map<?, ?> language : task.languages().values()) {
            double score = Numbers.of(language, "score");
            double high = Numbers.of(Numbers.map(language, "interval"), "high");
            most = Math.max(most, Math.max(Double.isNaN(score) ? 0 : score, Double.isNaN(high) ? 0 : high));
        }
        for (double scale : SCALES) {
            if (most <= scale) {
                return scale;
            }
        }
        return most;
    }
}
