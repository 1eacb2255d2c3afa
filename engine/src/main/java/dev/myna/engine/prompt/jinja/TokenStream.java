// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja;

import dev.myna.engine.prompt.jinja.values.TemplateException;
import dev.myna.engine.prompt.jinja.values.TemplateException.Kind;
import java.util.List;

/** The tokens of a template, one of which is current, and how deep its parser is. */
final class TokenStream {
    private static final int MAX_DEPTH = 128;

    private final List<Token> tokens;
    private int at;
    private int depth;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(at);
    }

    /** The token behind the current one. */
    Token following() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    /** Returns the current token and goes on. */
    Token next() {
        Token token = tokens.get(at);
        if (token.kind() != Token.Kind.END) {
            at++;
        }
        return token;
    }

    Token expect(Token.Kind kind) {
        if (current().kind() != kind) {
            String wanted = switch (kind) {
                case NAME -> "a name";
                case PRINT_END -> "'}}'";
                case BLOCK_END -> "'%}'";
                default -> kind.toString();
            };
            throw syntax("expected " + wanted + ", not " + current().shown());
        }
        return next();
    }

    void expectOperator(String operator) {
        if (!current().isOperator(operator)) {
            throw syntax("expected '" + operator + "', not " + current().shown());
        }
        next();
    }

    TemplateException syntax(String message) {
        return new TemplateException(Kind.SYNTAX, current().offset(), message);
    }

    void enter() {
        if (++depth > MAX_DEPTH) {
            throw new TemplateException(
                    Kind.LIMIT, current().offset(), "the template is nested deeper than " + MAX_DEPTH + " levels");
        }
    }

    void leave() {
        depth--;
    }
}
