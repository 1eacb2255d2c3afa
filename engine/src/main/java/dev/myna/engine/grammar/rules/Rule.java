// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.rules;

import dev.myna.engine.error.GrammarException;

/**
 * A rule of a grammar.
 *
 * @param line where its name stands, from 1; 0 if it was made from a JSON schema
 */
public record Rule(String name, RulePart body, int line, int column) {

    GrammarException error(String problem) {
        if (line > 0) {
            return GrammarException.at(line, column, problem);
        }
        return GrammarException.at(name.substring(name.indexOf('#') + 1), problem);
    }
}
