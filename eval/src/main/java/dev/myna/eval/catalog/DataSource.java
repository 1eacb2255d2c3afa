// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where the data of a task are published. What no public page states is said to be unknown.
 *
 * @param page with the files
 * @param size of the files
 * @param licence as the page states it
 * @param commands of a shell that put the files where the task looks for them; {@code DIR} is the folder of {@code --data}
 * @param digests by file name, each with its kind in front
 * @param notes what else to know
 */
public record DataSource(
        String page,
        String size,
        String licence,
        List<String> commands,
        Map<String, String> digests,
        List<String> notes) {
    /** For people, a fact a line. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("  from      " + page);
        lines.add("  size      " + size);
        lines.add("  licence   " + licence);
        commands.forEach(command -> lines.add("  $ " + command));
        digests.forEach((file, digest) -> lines.add("  " + digest + "  " + file));
        notes.forEach(note -> lines.add("  note: " + note));
        return lines;
    }
}
