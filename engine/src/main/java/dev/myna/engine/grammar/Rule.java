// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

/**
 * A rule of a grammar.
 *
 * @param line where its name stands, from 1; 0 if no user wrote it
 */
record Rule(String name, Node body, int line, int column) {

    GrammarException error(String problem) {
        return line > 0
                ? GrammarException.at(line, column, problem)
                : name.startsWith("#")
                        ? GrammarException.at(name, problem)
                        : new GrammarException("grammar: " + problem);
    }
}
