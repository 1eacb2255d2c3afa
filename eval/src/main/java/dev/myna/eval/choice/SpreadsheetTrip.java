// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.choice;

import dev.myna.loaders.datasets.NaMode;
import dev.myna.loaders.datasets.PandasColumn;
import dev.myna.loaders.datasets.PythonNumbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What becomes of answers that a harness writes to a spreadsheet and reads again (docs/spec/evaluation.md 2.1). */
public final class SpreadsheetTrip {
    private static final int MAX_CELL = 32_767;

    private SpreadsheetTrip() {}

    /** All answers of a file as they come back. */
    public static List<String> readBack(List<String> answers, Extractor harness) {
        PandasColumn column = new PandasColumn();
        List<String> cells = new ArrayList<>();
        for (String answer : answers) {
            String cell = cell(answer, harness);
            cells.add(NaMode.PANDAS.isAbsent(cell) ? null : cell);
            column.add(cells.getLast());
        }
        List<String> back = new ArrayList<>();
        for (String cell : cells) {
            Object value = column.convert(cell);
            back.add(value == null ? "nan" : PythonNumbers.text(value));
        }
        return back;
    }

    private static String cell(String answer, Extractor harness) {
        if (answer.startsWith("=") && harness == Extractor.PARROT_2024
                || answer.startsWith("{=") && answer.endsWith("}")) {
            return "0";
        }
        String text = answer;
        for (String link : new String[] {"mailto:", "internal:", "external:"}) {
            if (text.startsWith(link)) {
                text = text.substring(link.length());
                break;
            }
        }
        StringBuilder cell = new StringBuilder();
        for (int i = 0; i < text.length() && i < MAX_CELL; i++) {
            char c = text.charAt(i);
            boolean control = c < 0x20 && c != '\n' && c != '\t' || c == 0xfffe || c == 0xffff;
            if (control) {
                cell.append(String.format(Locale.ROOT, "_x%04X_", (int) c));
            } else {
                if (c == '_' && isEscape(text, i)) {
                    cell.append("_x005F");
                }
                cell.append(c);
            }
        }
        return cell.toString();
    }

    private static boolean isEscape(String text, int at) {
        if (at + 6 >= text.length() || text.charAt(at + 1) != 'x' || text.charAt(at + 6) != '_') {
            return false;
        }
        for (int i = at + 2; i < at + 6; i++) {
            if (Character.digit(text.charAt(i), 16) < 0 || text.charAt(i) > 'f') {
                return false;
            }
        }
        return true;
    }
}
