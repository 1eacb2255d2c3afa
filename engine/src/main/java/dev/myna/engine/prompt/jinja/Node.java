// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja;

import dev.myna.engine.prompt.jinja.values.Text;
import dev.myna.engine.prompt.jinja.values.Value;
import java.util.List;
import java.util.Set;

/** A parsed template. Offsets are characters of the source, for messages. */
sealed interface Node {
    /** What has a value. */
    sealed interface Expression extends Node {}

    /** What does something. */
    sealed interface Statement extends Node {}

    record Literal(Value value) implements Expression {}

    record Name(String name, int offset) implements Expression {}

    record ListLiteral(List<Expression> elements, boolean tuple) implements Expression {}

    record MapLiteral(List<Expression> keys, List<Expression> values, int offset) implements Expression {}

    /** {@code not}, {@code -} or {@code +}. */
    record Unary(String operator, Expression operand, int offset) implements Expression {}

    record Binary(String operator, Expression left, Expression right, int offset) implements Expression {}

    record And(Expression left, Expression right) implements Expression {}

    record Or(Expression left, Expression right) implements Expression {}

    /** {@code first operators[0] rest[0] operators[1] rest[1] ...}. */
    record Comparison(Expression first, List<String> operators, List<Expression> rest, int offset)
            implements Expression {}

    /** @param otherwise null if there is no else */
    record Ternary(Expression condition, Expression value, Expression otherwise) implements Expression {}

    record Attribute(Expression target, String name, int offset) implements Expression {}

    record Subscript(Expression target, Expression index, int offset) implements Expression {}

    /** Absent bounds are null. */
    record Slice(Expression target, Expression from, Expression to, Expression step, int offset)
            implements Expression {}

    record Argument(String name, Expression value) {}

    record Call(Expression target, List<Argument> arguments, int offset) implements Expression {}

    /** @param target null in a filter block, whose body is the target */
    record Filter(Expression target, String name, List<Argument> arguments, int offset) implements Expression {}

    record Test(Expression target, String name, List<Argument> arguments, boolean negated, int offset)
            implements Expression {}

    record Data(Text text) implements Statement {}

    record Print(Expression value, int offset) implements Statement {}

    record Branch(Expression condition, List<Statement> body) {}

    record If(List<Branch> branches, List<Statement> otherwise) implements Statement {}

    /** @param condition null without a filter; names: one, or several to unpack */
    record For(
            Target target,
            Expression iterated,
            Expression condition,
            List<Statement> body,
            List<Statement> otherwise,
            int offset)
            implements Statement {}

    /** What is assigned to. */
    sealed interface Target {
        record Variable(String name) implements Target {}

        record Several(List<Target> targets) implements Target {}

        record NamespaceAttribute(String namespace, String attribute) implements Target {}
    }

    record Assignment(Target target, Expression value, int offset) implements Statement {}

    /** @param filters outermost last, each with a null target */
    record SetBlock(Target target, List<Filter> filters, List<Statement> body, int offset) implements Statement {}

    record Parameter(String name, Expression otherwise) {}

    /** @param mentions which of caller, varargs and kwargs the body names */
    record Macro(String name, List<Parameter> parameters, List<Statement> body, Set<String> mentions, int offset)
            implements Statement {}

    record CallBlock(Call call, Macro caller, int offset) implements Statement {}

    record FilterBlock(List<Filter> filters, List<Statement> body, int offset) implements Statement {}

    /** A block that is no more than its body. */
    record Block(List<Statement> body) implements Statement {}

    record Break() implements Statement {}

    record Continue() implements Statement {}
}
