// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja.values;

/** A template cannot be parsed or rendered. The message names the place: {@code line L, column C: ...}. */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of fault it is. */
    public enum Kind {
        /** The template called {@code raise_exception}; the message is the template's own. */
        RAISED,
        /** Something undefined was used for more than printing or testing. */
        UNDEFINED,
        /** A value of a wrong type or size. */
        TYPE,
        /** An assignment to what is no namespace. */
        RUNTIME,
        /** A tag, filter, test or function that this interpreter does not have. */
        UNKNOWN,
        /** The source does not parse. */
        SYNTAX,
        /** An attribute or method that would leave the sandbox or change a value. */
        SECURITY,
        /** More steps, depth, output or source than allowed. */
        LIMIT
    }

    private static final int MAX_MESSAGE = 1000;

    private final Kind kind;
    private final int offset;

    public TemplateException(Kind kind, int offset, String message) {
        super(message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) : message, null, false, false);
        this.kind = kind;
        this.offset = offset;
    }

    public Kind kind() {
        return kind;
    }

    /** Where in the source it happened, in characters; -1 if no place is known. */
    public int offset() {
        return offset;
    }

    /** The same fault with its place found. */
    public TemplateException at(int place, String message) {
        TemplateException placed = new TemplateException(kind, place, message);
        placed.setStackTrace(getStackTrace());
        return placed;
    }
}
