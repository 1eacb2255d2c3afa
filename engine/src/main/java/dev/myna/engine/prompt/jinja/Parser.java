// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja;

import dev.myna.engine.prompt.jinja.Node.Statement;
import dev.myna.engine.prompt.jinja.values.TemplateException;
import dev.myna.engine.prompt.jinja.values.TemplateException.Kind;
import dev.myna.engine.prompt.jinja.values.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Statements: tags and the text between them. Expressions are {@link ExpressionParser}'s. */
final class Parser {
    private static final Set<String> MACRO_VARIABLES = Set.of("caller", "varargs", "kwargs");

    private final TokenStream tokens;
    private final ExpressionParser expressions;

    private Parser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    /** Parses a source whose line breaks are LF. */
    static List<Statement> parse(String source) {
        TokenStream tokens = new TokenStream(Lexer.tokens(source));
        Parser parser = new Parser(tokens);
        List<Statement> statements = parser.body(Set.of());
        if (tokens.current().kind() != Token.Kind.END) {
            throw tokens.syntax("unexpected " + tokens.current().shown());
        }
        return statements;
    }

    /** Statements up to a tag of one of these names, which is current then; up to the end if there are none. */
    private List<Statement> body(Set<String> ends) {
        tokens.enter();
        List<Statement> statements = new ArrayList<>();
        while (true) {
            Token token = tokens.current();
            switch (token.kind()) {
                case DATA -> {
                    statements.add(new Node.Data(Text.template(token.text())));
                    tokens.next();
                }
                case PRINT_BEGIN -> {
                    tokens.next();
                    statements.add(new Node.Print(expressions.tuple(), token.offset()));
                    tokens.expect(Token.Kind.PRINT_END);
                }
                case BLOCK_BEGIN -> {
                    tokens.next();
                    if (tokens.current().kind() == Token.Kind.NAME
                            && ends.contains(tokens.current().text())) {
                        tokens.leave();
                        return statements;
                    }
                    statements.add(statement());
                }
                default -> {
                    if (!ends.isEmpty()) {
                        throw tokens.syntax("the template ends where " + String.join(" or ", ends) + " is missing");
                    }
                    tokens.leave();
                    return statements;
                }
            }
        }
    }

    private Statement statement() {
        Token tag = tokens.expect(Token.Kind.NAME);
        Statement statement = switch (tag.text()) {
            case "if" -> branches();
            case "for" -> loop(tag.offset());
            case "set" -> assignment(tag.offset());
            case "macro" -> macro(tag.offset());
            case "call" -> callBlock(tag.offset());
            case "filter" -> filterBlock(tag.offset());
            case "generation" -> {
                blockEnd();
                yield new Node.Block(bodyTo("endgeneration"));
            }
            case "break" -> new Node.Break();
            case "continue" -> new Node.Continue();
            default -> throw new TemplateException(Kind.UNKNOWN, tag.offset(), "unknown tag " + tag.shown());
        };
        blockEnd();
        return statement;
    }

    private void blockEnd() {
        tokens.expect(Token.Kind.BLOCK_END);
    }

    /** The statements up to this tag, whose name is taken. */
    private List<Statement> bodyTo(String end) {
        List<Statement> body = body(Set.of(end));
        tokens.next();
        return body;
    }

    private Statement branches() {
        List<Node.Branch> branches = new ArrayList<>();
        List<Statement> otherwise = List.of();
        while (true) {
            Node.Expression condition = expressions.tuple();
            blockEnd();
            branches.add(new Node.Branch(condition, body(Set.of("elif", "else", "endif"))));
            Token end = tokens.next();
            if (end.isName("elif")) {
                continue;
            }
            if (end.isName("else")) {
                blockEnd();
                otherwise = bodyTo("endif");
            }
            return new Node.If(branches, otherwise);
        }
    }

    private Statement loop(int offset) {
        Node.Target target = target(false);
        if (!tokens.current().isName("in")) {
            throw tokens.syntax("expected 'in', not " + tokens.current().shown());
        }
        tokens.next();
        Node.Expression iterated = expressions.tupleWithoutCondition();
        Node.Expression condition = null;
        if (tokens.current().isName("if")) {
            tokens.next();
            condition = expressions.expression();
        }
        if (tokens.current().isName("recursive")) {
            throw new TemplateException(Kind.UNKNOWN, tokens.current().offset(), "recursive loops are not supported");
        }
        blockEnd();
        List<Statement> body = body(Set.of("else", "endfor"));
        List<Statement> otherwise = List.of();
        if (tokens.next().isName("else")) {
            blockEnd();
            otherwise = bodyTo("endfor");
        }
        return new Node.For(target, iterated, condition, body, otherwise, offset);
    }

    /** One name or several, in parentheses or not; with {@code attributes}, also a namespace's attribute. */
    private Node.Target target(boolean attributes) {
        List<Node.Target> targets = new ArrayList<>();
        boolean several = false;
        do {
            if (tokens.current().isName("in")
                    || !targets.isEmpty() && tokens.current().isOperator("=")) {
                break;
            }
            targets.add(singleTarget(attributes));
            if (!tokens.current().isOperator(",")) {
                break;
            }
            several = true;
            tokens.next();
        } while (true);
        if (targets.isEmpty()) {
            throw tokens.syntax("expected a name, not " + tokens.current().shown());
        }
        return several ? new Node.Target.Several(targets) : targets.getFirst();
    }

    private Node.Target singleTarget(boolean attributes) {
        if (tokens.current().isOperator("(")) {
            tokens.enter();
            tokens.next();
            Node.Target inner = target(false);
            tokens.expectOperator(")");
            tokens.leave();
            return inner;
        }
        Token name = tokens.expect(Token.Kind.NAME);
        if (ExpressionParser.CONSTANTS.containsKey(name.text())) {
            throw new TemplateException(Kind.SYNTAX, name.offset(), "cannot assign to " + name.shown());
        }
        if (attributes && tokens.current().isOperator(".")) {
            tokens.next();
            return new Node.Target.NamespaceAttribute(
                    name.text(), tokens.expect(Token.Kind.NAME).text());
        }
        return new Node.Target.Variable(name.text());
    }

    private Statement assignment(int offset) {
        Node.Target target = target(true);
        if (tokens.current().isOperator("=")) {
            tokens.next();
            return new Node.Assignment(target, expressions.tuple(), offset);
        }
        List<Node.Filter> filters = filters();
        blockEnd();
        return new Node.SetBlock(target, filters, bodyTo("endset"), offset);
    }

    private List<Node.Filter> filters() {
        List<Node.Filter> filters = new ArrayList<>();
        while (tokens.current().isOperator("|")) {
            tokens.next();
            filters.add(expressions.filter(null));
        }
        return filters;
    }

    private Node.Macro macro(int offset) {
        Token name = tokens.expect(Token.Kind.NAME);
        tokens.expectOperator("(");
        List<Node.Parameter> parameters = parameters();
        blockEnd();
        return finishMacro(name.text(), parameters, "endmacro", offset);
    }

    private Node.Macro finishMacro(String name, List<Node.Parameter> parameters, String end, int offset) {
        Set<String> outer = expressions.names;
        expressions.names = new HashSet<>();
        List<Statement> body = bodyTo(end);
        Set<String> mentions = new HashSet<>(expressions.names);
        mentions.retainAll(MACRO_VARIABLES);
        // Inner macros have these names of their own.
        expressions.names = outer;
        return new Node.Macro(name, parameters, body, mentions, offset);
    }

    /** Behind the opening parenthesis, up to and with the closing one. */
    private List<Node.Parameter> parameters() {
        List<Node.Parameter> parameters = new ArrayList<>();
        while (!tokens.current().isOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            Token name = tokens.expect(Token.Kind.NAME);
            Node.Expression otherwise = null;
            if (tokens.current().isOperator("=")) {
                tokens.next();
                otherwise = expressions.expression();
            } else if (!parameters.isEmpty() && parameters.getLast().otherwise() != null) {
                throw tokens.syntax("a parameter without a default follows one that has a default");
            }
            parameters.add(new Node.Parameter(name.text(), otherwise));
        }
        tokens.next();
        return parameters;
    }

    private Statement callBlock(int offset) {
        List<Node.Parameter> parameters = List.of();
        if (tokens.current().isOperator("(")) {
            tokens.next();
            parameters = parameters();
        }
        if (!(expressions.expression() instanceof Node.Call call)) {
            throw new TemplateException(Kind.SYNTAX, offset, "call needs a call");
        }
        blockEnd();
        return new Node.CallBlock(call, finishMacro("caller", parameters, "endcall", offset), offset);
    }

    private Statement filterBlock(int offset) {
        List<Node.Filter> filters = new ArrayList<>();
        filters.add(expressions.filter(null));
        filters.addAll(filters());
        blockEnd();
        return new Node.FilterBlock(filters, bodyTo("endfilter"), offset);
    }
}
