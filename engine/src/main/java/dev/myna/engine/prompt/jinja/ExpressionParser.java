// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja;

import dev.myna.engine.prompt.jinja.Node.Argument;
import dev.myna.engine.prompt.jinja.Node.Expression;
import dev.myna.engine.prompt.jinja.values.TemplateException;
import dev.myna.engine.prompt.jinja.values.TemplateException.Kind;
import dev.myna.engine.prompt.jinja.values.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Expressions, a method for each precedence, lowest first. Chains of operators count as nesting. */
final class ExpressionParser {
    static final Map<String, Value> CONSTANTS = Map.of(
            "true", Value.TRUE,
            "True", Value.TRUE,
            "false", Value.FALSE,
            "False", Value.FALSE,
            "none", Value.NONE,
            "None", Value.NONE);

    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    /** Names that end a test's argument without parentheses. */
    private static final Set<String> NO_ARGUMENT = Set.of("else", "or", "and", "is", "if", "in", "not");

    private static final int MAX_CHAIN = 500;

    private final TokenStream tokens;

    /** The names that were read so far, for macros. */
    Set<String> names = new HashSet<>();

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /** An expression, or several separated by commas: a tuple. */
    Expression tuple() {
        return tuple(true);
    }

    /** As {@link #tuple}, leaving an {@code if} to the caller. */
    Expression tupleWithoutCondition() {
        return tuple(false);
    }

    private Expression tuple(boolean conditional) {
        List<Expression> elements = new ArrayList<>();
        boolean several = false;
        while (!tupleEnds()) {
            elements.add(conditional ? expression() : or());
            if (!tokens.current().isOperator(",")) {
                break;
            }
            several = true;
            tokens.next();
        }
        if (elements.isEmpty()) {
            throw tokens.syntax(
                    "expected an expression, not " + tokens.current().shown());
        }
        return several ? new Node.ListLiteral(elements, true) : elements.getFirst();
    }

    private boolean tupleEnds() {
        Token token = tokens.current();
        return switch (token.kind()) {
            case PRINT_END, BLOCK_END, END -> true;
            case OPERATOR -> token.text().equals(")");
            default -> false;
        };
    }

    Expression expression() {
        tokens.enter();
        Expression value = or();
        int chain = 0;
        while (tokens.current().isName("if")) {
            chain(++chain);
            tokens.next();
            Expression condition = or();
            Expression otherwise = null;
            if (tokens.current().isName("else")) {
                tokens.next();
                otherwise = expression();
            }
            value = new Node.Ternary(condition, value, otherwise);
        }
        tokens.leave();
        return value;
    }

    private void chain(int length) {
        if (length > MAX_CHAIN) {
            throw new TemplateException(
                    Kind.LIMIT,
                    tokens.current().offset(),
                    "an expression has more than " + MAX_CHAIN + " operators in a row");
        }
    }

    private Expression or() {
        Expression left = and();
        for (int i = 1; tokens.current().isName("or"); i++) {
            chain(i);
            tokens.next();
            left = new Node.Or(left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        for (int i = 1; tokens.current().isName("and"); i++) {
            chain(i);
            tokens.next();
            left = new Node.And(left, not());
        }
        return left;
    }

    private Expression not() {
        if (!tokens.current().isName("not")) {
            return comparison();
        }
        tokens.enter();
        int offset = tokens.next().offset();
        Expression operand = not();
        tokens.leave();
        return new Node.Unary("not", operand, offset);
    }

    private Expression comparison() {
        int offset = tokens.current().offset();
        Expression first = sum();
        List<String> operators = new ArrayList<>();
        List<Expression> rest = new ArrayList<>();
        while (true) {
            Token token = tokens.current();
            if (token.kind() == Token.Kind.OPERATOR && COMPARISONS.contains(token.text())) {
                operators.add(tokens.next().text());
            } else if (token.isName("in")) {
                tokens.next();
                operators.add("in");
            } else if (token.isName("not") && tokens.following().isName("in")) {
                tokens.next();
                tokens.next();
                operators.add("not in");
            } else {
                break;
            }
            chain(operators.size());
            rest.add(sum());
        }
        return rest.isEmpty() ? first : new Node.Comparison(first, operators, rest, offset);
    }

    private Expression sum() {
        Expression left = concatenation();
        for (int i = 1; isAny("+", "-"); i++) {
            chain(i);
            Token operator = tokens.next();
            left = new Node.Binary(operator.text(), left, concatenation(), operator.offset());
        }
        return left;
    }

    private Expression concatenation() {
        Expression left = product();
        for (int i = 1; isAny("~"); i++) {
            chain(i);
            Token operator = tokens.next();
            left = new Node.Binary("~", left, product(), operator.offset());
        }
        return left;
    }

    private Expression product() {
        Expression left = unary(true);
        for (int i = 1; isAny("*", "/", "//", "%", "**"); i++) {
            chain(i);
            Token operator = tokens.next();
            if (operator.text().equals("**")) {
                throw new TemplateException(Kind.UNKNOWN, operator.offset(), "the operator ** is not supported");
            }
            left = new Node.Binary(operator.text(), left, unary(true), operator.offset());
        }
        return left;
    }

    private boolean isAny(String... operators) {
        for (String operator : operators) {
            if (tokens.current().isOperator(operator)) {
                return true;
            }
        }
        return false;
    }

    private Expression unary(boolean filtered) {
        Expression value;
        if (isAny("-", "+")) {
            tokens.enter();
            Token operator = tokens.next();
            value = new Node.Unary(operator.text(), unary(false), operator.offset());
            tokens.leave();
        } else {
            value = primary();
        }
        value = postfix(value);
        return filtered ? filtersAndTests(value) : value;
    }

    private Expression primary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME -> {
                Value constant = CONSTANTS.get(token.text());
                if (constant != null) {
                    yield new Node.Literal(constant);
                }
                names.add(token.text());
                yield new Node.Name(token.text(), token.offset());
            }
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (tokens.current().kind() == Token.Kind.STRING) {
                    text.append(tokens.next().text());
                }
                yield new Node.Literal(Value.of(text.toString()));
            }
            case INTEGER -> new Node.Literal(integer(token));
            case FLOAT -> new Node.Literal(new Value.Real(Double.parseDouble(token.text())));
            case OPERATOR ->
                switch (token.text()) {
                    case "(" -> parenthesis();
                    case "[" -> new Node.ListLiteral(elements("]"), false);
                    case "{" -> map(token.offset());
                    default -> throw unexpected(token);
                };
            default -> throw unexpected(token);
        };
    }

    private static TemplateException unexpected(Token token) {
        return new TemplateException(Kind.SYNTAX, token.offset(), "expected an expression, not " + token.shown());
    }

    private static Value integer(Token token) {
        try {
            return Value.of(Long.parseLong(token.text()));
        } catch (NumberFormatException e) {
            throw new TemplateException(Kind.LIMIT, token.offset(), "an integer does not fit into 64 bits");
        }
    }

    private Expression parenthesis() {
        if (tokens.current().isOperator(")")) {
            tokens.next();
            return new Node.ListLiteral(List.of(), true);
        }
        tokens.enter();
        Expression inner = tuple();
        tokens.expectOperator(")");
        tokens.leave();
        return inner;
    }

    private List<Expression> elements(String close) {
        List<Expression> elements = new ArrayList<>();
        while (!tokens.current().isOperator(close)) {
            if (!elements.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.current().isOperator(close)) {
                    break;
                }
            }
            elements.add(expression());
        }
        tokens.next();
        return elements;
    }

    private Expression map(int offset) {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.current().isOperator("}")) {
            if (!keys.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.current().isOperator("}")) {
                    break;
                }
            }
            keys.add(expression());
            tokens.expectOperator(":");
            values.add(expression());
        }
        tokens.next();
        return new Node.MapLiteral(keys, values, offset);
    }

    private Expression postfix(Expression value) {
        Expression result = value;
        for (int i = 1; ; i++) {
            Token token = tokens.current();
            if (token.isOperator(".")) {
                tokens.next();
                Token name = tokens.next();
                result = switch (name.kind()) {
                    case NAME -> new Node.Attribute(result, name.text(), name.offset());
                    case INTEGER -> new Node.Subscript(result, new Node.Literal(integer(name)), name.offset());
                    default ->
                        throw new TemplateException(Kind.SYNTAX, name.offset(), "expected a name, not " + name.shown());
                };
            } else if (token.isOperator("[")) {
                tokens.next();
                result = subscript(result, token.offset());
            } else if (token.isOperator("(")) {
                result = new Node.Call(result, arguments(), token.offset());
            } else {
                return result;
            }
            chain(i);
        }
    }

    private Expression subscript(Expression target, int offset) {
        Expression from = isAny(":") ? null : expression();
        if (!isAny(":")) {
            if (isAny(",")) {
                throw tokens.syntax("a subscript is one value or a slice");
            }
            tokens.expectOperator("]");
            return new Node.Subscript(target, from, offset);
        }
        tokens.next();
        Expression to = isAny(":", "]") ? null : expression();
        Expression step = null;
        if (isAny(":")) {
            tokens.next();
            step = isAny("]") ? null : expression();
        }
        tokens.expectOperator("]");
        return new Node.Slice(target, from, to, step, offset);
    }

    /** With the parentheses. */
    private List<Argument> arguments() {
        tokens.expectOperator("(");
        List<Argument> arguments = new ArrayList<>();
        boolean named = false;
        while (!tokens.current().isOperator(")")) {
            if (!arguments.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.current().isOperator(")")) {
                    break;
                }
            }
            if (isAny("*", "**")) {
                throw new TemplateException(
                        Kind.UNKNOWN, tokens.current().offset(), "arguments from a list or map are not supported");
            }
            String name = null;
            if (tokens.current().kind() == Token.Kind.NAME && tokens.following().isOperator("=")) {
                name = tokens.next().text();
                tokens.next();
                named = true;
            } else if (named) {
                throw tokens.syntax("an argument without a name follows one that has a name");
            }
            arguments.add(new Argument(name, expression()));
        }
        tokens.next();
        return arguments;
    }

    private Expression filtersAndTests(Expression value) {
        Expression result = value;
        for (int i = 1; ; i++) {
            if (isAny("|")) {
                tokens.next();
                result = filter(result);
            } else if (tokens.current().isName("is")) {
                tokens.next();
                result = test(result);
            } else if (isAny("(")) {
                int offset = tokens.current().offset();
                result = new Node.Call(result, arguments(), offset);
            } else {
                return result;
            }
            chain(i);
        }
    }

    /** A filter's name and arguments, behind its bar. */
    Node.Filter filter(Expression target) {
        Token name = tokens.expect(Token.Kind.NAME);
        String full = dotted(name.text());
        List<Argument> arguments = isAny("(") ? arguments() : List.of();
        return new Node.Filter(target, full, arguments, name.offset());
    }

    private String dotted(String first) {
        StringBuilder name = new StringBuilder(first);
        while (isAny(".")) {
            tokens.next();
            name.append('.').append(tokens.expect(Token.Kind.NAME).text());
        }
        return name.toString();
    }

    private Expression test(Expression target) {
        boolean negated = tokens.current().isName("not");
        if (negated) {
            tokens.next();
        }
        Token token = tokens.next();
        String name = token.text();
        if (token.kind() != Token.Kind.NAME && !(token.kind() == Token.Kind.OPERATOR && COMPARISONS.contains(name))) {
            throw new TemplateException(
                    Kind.SYNTAX, token.offset(), "expected the name of a test, not " + token.shown());
        }
        name = dotted(name);
        List<Argument> arguments = List.of();
        Token next = tokens.current();
        boolean begins = switch (next.kind()) {
            case NAME -> !NO_ARGUMENT.contains(next.text());
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> next.text().equals("[") || next.text().equals("{");
            default -> false;
        };
        if (next.isOperator("(")) {
            arguments = arguments();
        } else if (begins) {
            arguments = List.of(new Argument(null, postfix(primary())));
        }
        return new Node.Test(target, name, arguments, negated, token.offset());
    }
}
