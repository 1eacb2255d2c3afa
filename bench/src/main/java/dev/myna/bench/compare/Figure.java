// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the figure stands in the output of a command. */
sealed interface Figure {

    /**
     * What a finished command left.
     *
     * @param seconds from its start to its end
     */
    record Run(String stdout, String stderr, double seconds) {}

    /** The figure, or empty if this run has none. */
    OptionalDouble of(Run run);

    /** How the figure is found, for messages. */
    String description();

    /** Seconds from the start of the process to its end. */
    record Wall() implements Figure {
        @Override
        public OptionalDouble of(Run run) {
            return OptionalDouble.of(run.seconds());
        }

        @Override
        public String description() {
            return "wall time";
        }
    }

    /** The last number on stdout. */
    record LastNumber() implements Figure {
        private static final Pattern NUMBER =
                Pattern.compile("[-+]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?");

        @Override
        public OptionalDouble of(Run run) {
            return last(NUMBER.matcher(run.stdout()), 0);
        }

        @Override
        public String description() {
            return "the last number on stdout";
        }
    }

    /** The first group of the last match on stdout, or on stderr where stdout has none. */
    record Match(Pattern pattern) implements Figure {
        @Override
        public OptionalDouble of(Run run) {
            int group = Math.min(1, pattern.matcher("").groupCount());
            OptionalDouble found = last(pattern.matcher(run.stdout()), group);
            return found.isPresent() ? found : last(pattern.matcher(run.stderr()), group);
        }

        @Override
        public String description() {
            return "a match of " + pattern;
        }
    }

    /** A column of the last row of CSV on stdout, under a header that has it. */
    record Column(String name) implements Figure {
        @Override
        public OptionalDouble of(Run run) {
            int column = -1;
            String last = "";
            for (String line : run.stdout().lines().toList()) {
                List<String> cells = cells(line);
                if (cells.contains(name)) {
                    column = cells.indexOf(name);
                } else if (column >= 0 && column < cells.size()) {
                    last = cells.get(column);
                }
            }
            return number(last);
        }

        /** The cells of a row of RFC 4180, which does not span lines here. */
        static List<String> cells(String line) {
            List<String> cells = new ArrayList<>();
            StringBuilder cell = new StringBuilder();
            boolean quoted = false;
            for (int i = 0; i < line.length(); i++) {
                char c = line.charAt(i);
                if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                    cell.append(c);
                    i++;
                } else if (c == '"') {
                    quoted = !quoted;
                } else if (c == ',' && !quoted) {
                    cells.add(cell.toString());
                    cell.setLength(0);
                } else {
                    cell.append(c);
                }
            }
            cells.add(cell.toString());
            return cells;
        }

        @Override
        public String description() {
            return "column " + name + " of CSV on stdout";
        }
    }

    private static OptionalDouble last(Matcher matcher, int group) {
        String found = "";
        while (matcher.find()) {
            found = matcher.group(group);
        }
        return number(found);
    }

    private static OptionalDouble number(String text) {
        try {
            return OptionalDouble.of(Double.parseDouble(text.strip()));
        } catch (NumberFormatException | NullPointerException e) {
            return OptionalDouble.empty();
        }
    }
}
