// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja;

import dev.myna.engine.prompt.jinja.Node.Expression;
import dev.myna.engine.prompt.jinja.Node.Statement;
import dev.myna.engine.prompt.jinja.values.Arguments;
import dev.myna.engine.prompt.jinja.values.Meter;
import dev.myna.engine.prompt.jinja.values.Operators;
import dev.myna.engine.prompt.jinja.values.Printer;
import dev.myna.engine.prompt.jinja.values.TemplateException;
import dev.myna.engine.prompt.jinja.values.TemplateException.Kind;
import dev.myna.engine.prompt.jinja.values.Text;
import dev.myna.engine.prompt.jinja.values.TextBuilder;
import dev.myna.engine.prompt.jinja.values.Value;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the statements of one rendering. */
final class Interpreter {
    /** How a body ended. */
    private enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    private final Meter meter;
    private final Printer printer;
    private final Operators operators;
    private final Methods methods;
    private final Tests tests;
    private final Filters filters;
    private final LocalDateTime now;

    Interpreter(Meter meter, LocalDateTime now) {
        this.meter = meter;
        this.now = now;
        printer = new Printer(meter);
        operators = new Operators(meter, printer);
        methods = new Methods(meter, operators, printer);
        tests = new Tests(operators);
        filters = new Filters(meter, operators, printer, methods, tests);
    }

    /** The output of a template whose variables are {@code variables}. */
    Text run(List<Statement> statements, Map<String, Value> variables) {
        Scope globals = new Scope(null);
        new Globals(meter, operators, now).define(globals);
        Scope scope = new Scope(globals);
        variables.forEach(scope::set);
        TextBuilder out = new TextBuilder();
        run(statements, scope, out);
        return out.build();
    }

    private Flow run(List<Statement> statements, Scope scope, TextBuilder out) {
        meter.enter();
        Flow flow = Flow.ON;
        for (int i = 0; i < statements.size() && flow == Flow.ON; i++) {
            flow = run(statements.get(i), scope, out);
        }
        meter.leave();
        return flow;
    }

    private Flow run(Statement statement, Scope scope, TextBuilder out) {
        meter.step();
        switch (statement) {
            case Node.Data data -> print(data.text(), out);
            case Node.Print print -> {
                Value value = evaluate(print.value(), scope);
                print(placed(print.offset(), () -> printer.print(value)), out);
            }
            case Node.If branches -> {
                return branch(branches, scope, out);
            }
            case Node.For loop -> loop(loop, scope, out);
            case Node.Assignment assignment -> {
                Value value = evaluate(assignment.value(), scope);
                placed(assignment.offset(), () -> assign(assignment.target(), value, scope));
            }
            case Node.SetBlock block -> {
                Value value = Value.of(capture(block.body(), new Scope(scope)));
                for (Node.Filter filter : block.filters()) {
                    value = filter(filter, value, scope);
                }
                Value assigned = value;
                placed(block.offset(), () -> assign(block.target(), assigned, scope));
            }
            case Node.Macro macro -> scope.set(macro.name(), new MacroValue(macro, scope, null));
            case Node.CallBlock block -> {
                MacroValue caller = new MacroValue(block.caller(), scope, null);
                Value value = call(block.call(), scope, caller);
                print(placed(block.offset(), () -> printer.print(value)), out);
            }
            case Node.FilterBlock block -> {
                Value value = Value.of(capture(block.body(), new Scope(scope)));
                for (Node.Filter filter : block.filters()) {
                    value = filter(filter, value, scope);
                }
                print(printer.print(value), out);
            }
            case Node.Block block -> {
                return run(block.body(), scope, out);
            }
            case Node.Break _ -> {
                return Flow.BREAK;
            }
            case Node.Continue _ -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.ON;
    }

    private void print(Text text, TextBuilder out) {
        meter.string(text.units());
        if ((long) out.units() + text.units() > Meter.MAX_STRING) {
            throw Meter.limit("the output is longer than " + Meter.MAX_STRING + " characters");
        }
        out.append(text);
    }

    private Text capture(List<Statement> body, Scope scope) {
        TextBuilder out = new TextBuilder();
        run(body, scope, out);
        return out.build();
    }

    private Flow branch(Node.If branches, Scope scope, TextBuilder out) {
        for (Node.Branch branch : branches.branches()) {
            if (Operators.truth(evaluate(branch.condition(), scope))) {
                return run(branch.body(), scope, out);
            }
        }
        return run(branches.otherwise(), scope, out);
    }

    private void loop(Node.For loop, Scope scope, TextBuilder out) {
        Value iterated = evaluate(loop.iterated(), scope);
        List<Value> elements = placed(loop.offset(), () -> operators.iterate(iterated));
        if (loop.condition() != null) {
            List<Value> kept = new ArrayList<>();
            for (Value element : elements) {
                Scope round = new Scope(scope);
                placed(loop.offset(), () -> assign(loop.target(), element, round));
                if (Operators.truth(evaluate(loop.condition(), round))) {
                    kept.add(element);
                }
            }
            elements = kept;
        }
        boolean completed = false;
        int depth = scope.find("loop") instanceof LoopVariable outer ? outer.depth() + 1 : 1;
        LoopVariable variable = new LoopVariable(elements, operators, depth);
        for (int i = 0; i < elements.size(); i++) {
            meter.step();
            Scope round = new Scope(scope);
            Value element = elements.get(i);
            variable.moveTo(i);
            round.set("loop", variable);
            placed(loop.offset(), () -> assign(loop.target(), element, round));
            Flow flow = run(loop.body(), round, out);
            completed |= flow == Flow.ON;
            if (flow == Flow.BREAK) {
                break;
            }
        }
        // As Jinja2 does: a round that is left early does not count.
        if (!completed) {
            run(loop.otherwise(), new Scope(scope), out);
        }
    }

    private Void assign(Node.Target target, Value value, Scope scope) {
        switch (target) {
            case Node.Target.Variable variable -> scope.set(variable.name(), value);
            case Node.Target.Several several -> {
                List<Value> parts = operators.iterate(value);
                if (value instanceof Value.Undefined
                        || parts.size() != several.targets().size()) {
                    throw Operators.type("cannot unpack " + parts.size() + " values into "
                            + several.targets().size() + " names");
                }
                for (int i = 0; i < parts.size(); i++) {
                    assign(several.targets().get(i), parts.get(i), scope);
                }
            }
            case Node.Target.NamespaceAttribute attribute -> {
                if (!(scope.find(attribute.namespace()) instanceof Value.Namespace namespace)) {
                    throw new TemplateException(
                            Kind.RUNTIME, -1, "'" + Operators.shown(attribute.namespace()) + "' is no namespace");
                }
                requireVisible(attribute.attribute());
                namespace.attributes().put(attribute.attribute(), value);
            }
        }
        return null;
    }

    private static void requireVisible(String name) {
        if (name.startsWith("_")) {
            throw new TemplateException(Kind.SECURITY, -1, "access to '" + Operators.shown(name) + "'");
        }
    }

    private Value evaluate(Expression expression, Scope scope) {
        meter.step();
        meter.enter();
        Value value = switch (expression) {
            case Node.Literal literal -> literal.value();
            case Node.Name name -> {
                Value found = scope.find(name.name());
                if (found == null && name.name().equals("self")) {
                    throw new TemplateException(Kind.UNKNOWN, name.offset(), "'self' is not supported");
                }
                yield found == null ? new Value.Undefined(name.name()) : found;
            }
            case Node.ListLiteral list -> {
                meter.list(list.elements().size());
                List<Value> elements = new ArrayList<>(list.elements().size());
                for (Expression element : list.elements()) {
                    elements.add(evaluate(element, scope));
                }
                yield new Value.Sequence(elements, list.tuple());
            }
            case Node.MapLiteral map -> map(map, scope);
            case Node.Unary unary -> unary(unary, scope);
            case Node.Binary binary -> {
                Value left = evaluate(binary.left(), scope);
                Value right = evaluate(binary.right(), scope);
                yield placed(binary.offset(), () -> operators.binary(binary.operator(), left, right));
            }
            case Node.And and -> {
                Value left = evaluate(and.left(), scope);
                yield Operators.truth(left) ? evaluate(and.right(), scope) : left;
            }
            case Node.Or or -> {
                Value left = evaluate(or.left(), scope);
                yield Operators.truth(left) ? left : evaluate(or.right(), scope);
            }
            case Node.Comparison comparison -> compare(comparison, scope);
            case Node.Ternary ternary -> {
                if (Operators.truth(evaluate(ternary.condition(), scope))) {
                    yield evaluate(ternary.value(), scope);
                }
                yield ternary.otherwise() == null
                        ? new Value.Undefined("an if without else")
                        : evaluate(ternary.otherwise(), scope);
            }
            case Node.Attribute attribute -> {
                Value target = evaluate(attribute.target(), scope);
                yield placed(attribute.offset(), () -> attribute(target, attribute.name()));
            }
            case Node.Subscript subscript -> {
                Value target = evaluate(subscript.target(), scope);
                Value index = evaluate(subscript.index(), scope);
                yield placed(subscript.offset(), () -> subscript(target, index));
            }
            case Node.Slice slice -> {
                Value target = evaluate(slice.target(), scope);
                Value from = slice.from() == null ? null : evaluate(slice.from(), scope);
                Value to = slice.to() == null ? null : evaluate(slice.to(), scope);
                Value by = slice.step() == null ? null : evaluate(slice.step(), scope);
                yield placed(slice.offset(), () -> operators.slice(target, from, to, by));
            }
            case Node.Call call -> call(call, scope, null);
            case Node.Filter filter -> filter(filter, evaluate(filter.target(), scope), scope);
            case Node.Test test -> test(test, scope);
        };
        meter.leave();
        return value;
    }

    private Value map(Node.MapLiteral map, Scope scope) {
        meter.list(map.keys().size());
        Map<Value, Value> entries = new LinkedHashMap<>();
        for (int i = 0; i < map.keys().size(); i++) {
            Value key = evaluate(map.keys().get(i), scope);
            Value value = evaluate(map.values().get(i), scope);
            entries.put(placed(map.offset(), () -> Operators.key(key)), value);
        }
        return new Value.Mapping(entries);
    }

    private Value unary(Node.Unary unary, Scope scope) {
        Value operand = evaluate(unary.operand(), scope);
        return switch (unary.operator()) {
            case "not" -> Value.of(!Operators.truth(operand));
            case "-" -> placed(unary.offset(), () -> operators.negate(operand));
            default -> placed(unary.offset(), () -> operators.plus(operand));
        };
    }

    private Value compare(Node.Comparison comparison, Scope scope) {
        Value left = evaluate(comparison.first(), scope);
        for (int i = 0; i < comparison.rest().size(); i++) {
            Value first = left;
            Value second = evaluate(comparison.rest().get(i), scope);
            String operator = comparison.operators().get(i);
            if (!placed(comparison.offset(), () -> operators.compare(operator, first, second))) {
                return Value.FALSE;
            }
            left = second;
        }
        return Value.TRUE;
    }

    /** {@code target.name}: a method or attribute first, then a key. */
    private Value attribute(Value target, String name) {
        requireVisible(name);
        if (target instanceof Value.Undefined undefined) {
            throw Operators.undefined(undefined);
        }
        Value found = switch (target) {
            case Value.Namespace namespace -> namespace.attributes().get(name);
            case Value.Attributed attributed -> attributed.attribute(name);
            default -> methods.find(target, name);
        };
        if (found == null) {
            found = operators.element(target, Value.of(name));
        }
        return found == null ? new Value.Undefined(name) : found;
    }

    /** {@code target[index]}: an element or key first, then a method or attribute. */
    private Value subscript(Value target, Value index) {
        if (target instanceof Value.Undefined undefined) {
            throw Operators.undefined(undefined);
        }
        if (target instanceof Value.Mapping && (index instanceof Value.Sequence || index instanceof Value.Mapping)) {
            Operators.key(index);
        }
        Value found = operators.element(target, index);
        if (found != null) {
            return found;
        }
        return index instanceof Value.Str name
                ? attribute(target, name.toString())
                : new Value.Undefined(printer.print(index).toString());
    }

    private Arguments arguments(String function, List<Node.Argument> given, Scope scope) {
        List<Value> positional = new ArrayList<>(given.size());
        Map<String, Value> named = new LinkedHashMap<>();
        for (Node.Argument argument : given) {
            Value value = evaluate(argument.value(), scope);
            if (argument.name() == null) {
                positional.add(value);
            } else {
                named.put(argument.name(), value);
            }
        }
        return new Arguments(function, positional, named);
    }

    /** @param caller the body of a call block, or null */
    private Value call(Node.Call call, Scope scope, MacroValue caller) {
        Value target = evaluate(call.target(), scope);
        return placed(call.offset(), () -> switch (target) {
            case Value.Callable callable -> {
                Arguments arguments = arguments(callable.name(), call.arguments(), scope);
                meter.enterCall();
                Value result;
                if (callable instanceof MacroValue macro) {
                    result = macro.withCaller(caller).call(arguments);
                } else if (caller != null) {
                    throw Operators.type("the function " + callable.name() + " takes no call block");
                } else {
                    result = callable.call(arguments);
                }
                meter.leaveCall();
                yield result;
            }
            case Value.Undefined undefined -> throw Operators.undefined(undefined);
            default -> throw Operators.type(Operators.typeName(target) + " cannot be called");
        });
    }

    private Value filter(Node.Filter filter, Value target, Scope scope) {
        return placed(filter.offset(), () -> {
            if (!Filters.NAMES.contains(filter.name())) {
                throw new TemplateException(
                        Kind.UNKNOWN, -1, "no filter named '" + Operators.shown(filter.name()) + "'");
            }
            return filters.apply(filter.name(), target, arguments(filter.name(), filter.arguments(), scope));
        });
    }

    private Value test(Node.Test test, Scope scope) {
        Value target = evaluate(test.target(), scope);
        return placed(test.offset(), () -> {
            Tests.Test found = tests.find(test.name());
            if (found == null) {
                throw new TemplateException(Kind.UNKNOWN, -1, "no test named '" + Operators.shown(test.name()) + "'");
            }
            boolean holds = found.holds(target, arguments(test.name(), test.arguments(), scope));
            return Value.of(holds != test.negated());
        });
    }

    private interface Step<T> {
        T run();
    }

    /** Runs a step; a fault in it that has no place yet gets this one. */
    private static <T> T placed(int offset, Step<T> step) {
        try {
            return step.run();
        } catch (TemplateException e) {
            throw e.offset() >= 0 ? e : e.at(offset, e.getMessage());
        }
    }

    /** A macro where it was defined, or the body of a call block. */
    private final class MacroValue implements Value.Callable {
        private final Node.Macro macro;
        private final Scope defined;
        private final MacroValue caller;

        MacroValue(Node.Macro macro, Scope defined, MacroValue caller) {
            this.macro = macro;
            this.defined = defined;
            this.caller = caller;
        }

        MacroValue withCaller(MacroValue block) {
            return block == null ? this : new MacroValue(macro, defined, block);
        }

        @Override
        public String name() {
            return macro.name();
        }

        @Override
        public Value call(Arguments arguments) {
            Scope scope = new Scope(defined);
            List<Node.Parameter> parameters = macro.parameters();
            Map<String, Value> named = new LinkedHashMap<>(arguments.named());
            int given = arguments.positional().size();
            for (int i = 0; i < parameters.size(); i++) {
                String name = parameters.get(i).name();
                Value value = named.remove(name);
                if (i < given) {
                    if (value != null) {
                        throw arguments.type("does not take an argument " + name + " twice");
                    }
                    value = arguments.positional().get(i);
                }
                if (value == null) {
                    Expression otherwise = parameters.get(i).otherwise();
                    value = otherwise == null ? new Value.Undefined(name) : evaluate(otherwise, scope);
                }
                scope.set(name, value);
            }
            extras(scope, arguments, named, Math.min(given, parameters.size()));
            return Value.of(capture(macro.body(), scope));
        }

        private void extras(Scope scope, Arguments arguments, Map<String, Value> named, int used) {
            List<Value> more =
                    arguments.positional().subList(used, arguments.positional().size());
            if (macro.mentions().contains("caller")) {
                scope.set("caller", caller == null ? new Value.Undefined("caller") : caller);
            } else if (caller != null) {
                throw arguments.type("takes no call block");
            }
            if (macro.mentions().contains("varargs")) {
                scope.set("varargs", Value.tuple(more));
            } else if (!more.isEmpty()) {
                throw arguments.type("takes at most " + used + " arguments");
            }
            if (macro.mentions().contains("kwargs")) {
                Map<Value, Value> entries = new LinkedHashMap<>();
                named.forEach((name, value) -> entries.put(Value.of(name), value));
                scope.set("kwargs", new Value.Mapping(entries));
            } else if (!named.isEmpty()) {
                throw arguments.type(
                        "does not take an argument " + named.keySet().iterator().next());
            }
        }
    }
}
