// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.schema;

import dev.myna.engine.grammar.rules.CodePoints;
import dev.myna.engine.grammar.rules.RulePart;
import dev.myna.engine.grammar.rules.Work;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Keys other than those a schema names. They are written without escapes: an escaped name would be the same key. */
final class AdditionalKeys {
    private static final int MAX_NAME = 128;

    private static final class Branch {
        private final Map<Integer, Branch> branches = new TreeMap<>();
        private boolean isName;
    }

    private final Branch root = new Branch();

    AdditionalKeys(Collection<String> names, Schema schema, Work work) {
        for (String name : names) {
            work.spend(name.length());
            if (name.length() > MAX_NAME) {
                throw schema.error(
                        "properties",
                        "a name of " + name.length() + " characters; beside additional properties, at most " + MAX_NAME
                                + " are supported");
            }
            if (name.codePoints().allMatch(JsonText.PLAIN::contains)) {
                Branch branch = root;
                for (int c : name.codePoints().toArray()) {
                    branch = branch.branches.computeIfAbsent(c, _ -> new Branch());
                }
                branch.isName = true;
            }
        }
    }

    RulePart node() {
        return RulePart.sequence(RulePart.text("\""), node(root), RulePart.text("\""));
    }

    /** What may follow in a key that has come along a name so far. */
    private static RulePart node(Branch branch) {
        List<RulePart> options = new ArrayList<>();
        int[] named = new int[2 * branch.branches.size()];
        int count = 0;
        for (Map.Entry<Integer, Branch> entry : branch.branches.entrySet()) {
            int c = entry.getKey();
            options.add(RulePart.sequence(RulePart.text(Character.toString(c)), node(entry.getValue())));
            named[count++] = c;
            named[count++] = c;
        }
        CodePoints others = JsonText.PLAIN.minus(CodePoints.of(named));
        options.add(RulePart.sequence(
                new RulePart.Characters(others), RulePart.any(new RulePart.Characters(JsonText.PLAIN))));
        if (!branch.isName) {
            options.add(RulePart.EMPTY);
        }
        return RulePart.choice(options);
    }
}
