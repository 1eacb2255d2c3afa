// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import dev.myna.engine.RequestException;

/**
 * A grammar or JSON schema that cannot be used. The message names the place: line and column of a GBNF text, the JSON
 * pointer of a schema's keyword.
 */
public final class GrammarException extends RequestException {
    private static final long serialVersionUID = 1L;

    /** @param message what is wrong, where, and what was expected */
    public GrammarException(String message) {
        super(message);
    }

    /** An error at a place of a GBNF text; both count from 1, columns in code points. */
    static GrammarException at(int line, int column, String problem) {
        return new GrammarException("grammar, line " + line + ", column " + column + ": " + problem);
    }

    /** An error at a place of a JSON schema. */
    static GrammarException at(String pointer, String problem) {
        return new GrammarException("JSON schema, " + (pointer.isEmpty() ? "root" : pointer) + ": " + problem);
    }
}
