// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.text;

import java.util.ArrayList;
import java.util.List;

/** Lines with labels in one column. Values are not padded, because they can be in any script. */
public final class CardLines {
    private static final int LABEL_WIDTH = 14;

    private final List<String> lines = new ArrayList<>();

    public void add(String label, String value) {
        lines.add(label + " ".repeat(LABEL_WIDTH - label.length()) + Controls.oneLine(value));
    }

    public List<String> lines() {
        return List.copyOf(lines);
    }
}
