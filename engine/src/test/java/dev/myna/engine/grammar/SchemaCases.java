// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import java.util.List;

/** JSON schemas that are supported, with texts that satisfy them and texts that must not come out. */
final class SchemaCases {
    record Case(String schema, List<String> allowed, List<String> refused) {}

    private SchemaCases() {}

    private static Case of(String schema, List<String> allowed, List<String> refused) {
        return new Case(schema.replace('\'', '"'), replaced(allowed), replaced(refused));
    }

    private static List<String> replaced(List<String> texts) {
        return texts.stream().map(text -> text.replace('\'', '"')).toList();
    }

    static List<Case> all() {
        return List.of(
                of("{}", List.of("1", "'a'", "{}", "[null]"), List.of("", "a")),
                of("{'title': 'x', 'description': 'y', 'default': 1, 'examples': [2], '$id': 'https://example.org/z'}", List.of("3"), List.of()),
                of("{'type': 'boolean'}", List.of("true", "false"), List.of("null", "1")),
                of("{'type': 'null'}", List.of("null", " null"), List.of("0")),
                of("{'type': ['string', 'null']}", List.of("'a'", "null"), List.of("1")),
                of("{'type': 'string', 'nullable': true}", List.of("'a'", "null"), List.of("1")),
                of("{'type': 'integer'}", List.of("0", "-17", "1234567890123456"), List.of("1.5", "01", "1e3", "")),
                of("{'type': 'number'}", List.of("0", "-1.5", "1e10", "2.5E-3"), List.of("1.", ".5", "+1")),
                of("{'enum': ['a', 1, null, {'b': [true]}, 'é\\n']}",
                        List.of("'a'", "1", "null", "{'b':[true]}", "'é\\n'"), List.of("'b'", "2", "{}")),
                of("{'type': 'string', 'enum': ['a', 1]}", List.of("'a'"), List.of("1")),
                of("{'const': 5.0}", List.of("5"), List.of("5.5", "55")),
                of("{'type': 'object', 'properties': {'b': {'type': 'integer'}, 'a': {'type': 'string'}},"
                                + " 'required': ['a', 'b'], 'additionalProperties': false}",
                        List.of("{'b': 1, 'a': 'x'}", "{\n  'b': 1,\n  'a': ''\n}", "{'b':1,'a':'x'}"),
                        List.of("{}", "{'b': 1}", "{'a': 'x', 'b': 1}", "{'b': 1, 'a': 'x', 'c': 2}", "{'b': 1, 'a': 2}")),
                of("{'properties': {'a': {'type': 'integer'}, 'b': {'type': 'integer'}, 'c': {'type': 'integer'}},"
                                + " 'required': ['b']}",
                        List.of("{'b': 1}", "{'a': 1, 'b': 2}", "{'b': 1, 'c': 2}", "{'a': 1, 'b': 2, 'c': 3}"),
                        List.of("{}", "{'a': 1}", "{, 'b': 1}", "{'b': 1,}", "{'c': 1, 'b': 2}", "{'b': 1, 'b': 2}")),
                of("{'properties': {'a': {'type': 'integer'}, 'b': {'type': 'integer'}}}",
                        List.of("{}", "{ }", "{'a': 1}", "{'b': 1}", "{'a': 1, 'b': 2}"),
                        List.of("{'d': 1}", "{'b': 1, 'a': 2}")),
                of("{'properties': {'ab': {'type': 'integer'}}, 'required': ['ab'],"
                                + " 'additionalProperties': {'type': 'boolean'}}",
                        List.of("{'ab': 1}", "{'ab': 1, 'a': true}", "{'ab': 1, 'abc': true, '': false, 'é': true}"),
                        List.of("{'a': true}", "{'ab': 1, 'ab': true}", "{'ab': 1, '\\u0061b': true}", "{'ab': 1, 'c': 2}")),
                of("{'properties': {'a': {}}, 'additionalProperties': true}",
                        List.of("{}", "{'x': 1}", "{'a': 1}", "{'a': 1, 'x': [2], 'y': 3}"), List.of("{'x': 1, 'a': 2}")),
                of("{'type': 'object', 'additionalProperties': {'type': 'integer'}}",
                        List.of("{}", "{'x': 1, 'y': 2}"), List.of("{'x': 'y'}")),
                of("{'type': 'object', 'required': ['x']}", List.of("{'x': 1}", "{'x': 1, 'y': {}}"), List.of("{}", "{'y': 1}")),
                of("{'type': 'object', 'properties': {}, 'additionalProperties': false}", List.of("{}"), List.of("{'a': 1}")),
                of("{'type': 'array'}", List.of("[]", "[1, 'a']"), List.of("{}")),
                of("{'items': {'type': 'integer'}}", List.of("[]", "[1]", "[1, 2]", "[\n  1,\n  2\n]"), List.of("['a']", "[1,]")),
                of("{'type': 'array', 'items': {'type': 'integer'}, 'minItems': 2, 'maxItems': 3}",
                        List.of("[1, 2]", "[1,2,3]"), List.of("[]", "[1]", "[1,2,3,4]")),
                of("{'type': 'array', 'items': {'type': 'integer'}, 'minItems': 1}",
                        List.of("[1]", "[1,2,3,4]"), List.of("[]")),
                of("{'type': 'array', 'maxItems': 0}", List.of("[]"), List.of("[1]")),
                of("{'type': 'array', 'prefixItems': [{'type': 'integer'}, {'type': 'string'}], 'items': false, 'minItems': 2}",
                        List.of("[1, 'a']"), List.of("[]", "[1]", "['a', 1]", "[1, 'a', 2]")),
                of("{'type': 'array', 'prefixItems': [{'type': 'integer'}, {'type': 'string'}], 'items': {'type': 'boolean'},"
                                + " 'maxItems': 3}",
                        List.of("[]", "[1]", "[1, 'a']", "[1, 'a', true]"), List.of("[true]", "[1, 'a', 2]", "[1,'a',true,true]")),
                of("{'type': 'string', 'minLength': 2, 'maxLength': 3}",
                        List.of("'ab'", "'é字'", "'😀😀😀'", "'\\n\\u00e9'", "'\\ud83d\\ude00a'"), List.of("''", "'a'", "'abcd'", "'\\n'")),
                of("{'type': 'string', 'minLength': 1}", List.of("'a'", "'abcdefgh'"), List.of("''")),
                of("{'type': 'string', 'pattern': '^(\\\\+?[0-9]{1,3}-)?[a-z]+\\\\.(com|org)$'}",
                        List.of("'a.com'", "'+49-abc.org'", "'1-x.com'"), List.of("'.com'", "'a,com'", "'a.net'")),
                of("{'type': 'string', 'pattern': '^[^a]\\\\s?\\\\\\\\$'}",
                        List.of("'b\\\\'", "'\\\\'\\\\'".replace("'\\\\'", "'\\'"), "'\\n\\\\'", "'é\\t\\\\'"), List.of("'a\\\\'", "'b'")),
                of("{'type': 'string', 'format': 'date'}",
                        List.of("'2024-02-29'", "'2000-02-29'", "'2025-12-31'", "'1999-04-30'"),
                        List.of("'2023-02-29'", "'1900-02-29'", "'2024-13-01'", "'2024-04-31'", "'24-01-01'")),
                of("{'type': 'string', 'format': 'time'}",
                        List.of("'23:59:59Z'", "'00:00:00.25+05:30'"), List.of("'24:00:00Z'", "'12:00:00'")),
                of("{'type': 'string', 'format': 'date-time'}",
                        List.of("'2024-02-29T12:30:00Z'"), List.of("'2024-02-29'", "'2024-02-30T00:00:00Z'")),
                of("{'type': 'string', 'format': 'uuid'}",
                        List.of("'123e4567-e89b-12d3-a456-426614174000'"), List.of("'123e4567'")),
                of("{'type': 'integer', 'minimum': 0, 'maximum': 120}",
                        List.of("0", "9", "10", "99", "100", "120"), List.of("-1", "121", "200", "1000", "00")),
                of("{'type': 'integer', 'exclusiveMinimum': -12, 'exclusiveMaximum': 3}",
                        List.of("-11", "-2", "0", "2"), List.of("-12", "3", "-100", "12")),
                of("{'type': 'integer', 'minimum': 0.5}", List.of("1", "99999"), List.of("0", "-1")),
                of("{'type': 'integer', 'maximum': -5}", List.of("-5", "-6", "-123"), List.of("-4", "0", "5")),
                of("{'type': 'number', 'minimum': 0, 'maximum': 1}",
                        List.of("0", "0.5", "0.0001", "1", "1.0"), List.of("1.1", "1.01", "-0.5", "2", "1e3")),
                of("{'type': 'number', 'exclusiveMinimum': 0}", List.of("0.001", "1", "17.5"), List.of("0", "0.0", "-1")),
                of("{'type': 'number', 'minimum': -2, 'exclusiveMaximum': 10}",
                        List.of("-2", "-1.99", "-0.5", "0", "9.999", "9"), List.of("-2.1", "-3", "10", "10.5")),
                of("{'anyOf': [{'type': 'integer'}, {'type': 'object', 'properties': {'a': {'const': 1}}, 'required': ['a']}]}",
                        List.of("1", "{'a': 1}"), List.of("{}", "'a'")),
                of("{'oneOf': [{'type': 'string'}, {'type': 'null'}]}", List.of("'a'", "null"), List.of("1")),
                of("{'allOf': [{'$ref': '#/$defs/a'}, {'properties': {'y': {'type': 'integer'}}, 'required': ['y']}],"
                                + " '$defs': {'a': {'type': 'object', 'properties': {'x': {'type': 'string'}}, 'required': ['x']}}}",
                        List.of("{'x': 'a', 'y': 1}"), List.of("{'x': 'a'}", "{'y': 1}", "{'y': 1, 'x': 'a'}")),
                of("{'allOf': [{'type': 'integer'}], 'description': 'x'}", List.of("1"), List.of("'a'")),
                of("{'$ref': '#/definitions/a~1b%20c', 'definitions': {'a/b c': {'type': 'integer'}}}", List.of("1"), List.of("'a'")),
                of("{'$ref': '#/$defs/tree', '$defs': {'tree': {'type': 'object', 'properties': {'value': {'type': 'integer'},"
                                + " 'children': {'type': 'array', 'items': {'$ref': '#/$defs/tree'}}}, 'required': ['value', 'children']}}}",
                        List.of("{'value': 1, 'children': []}", "{'value': 1, 'children': [{'value': 2, 'children': []}]}"),
                        List.of("{'value': 1}", "{'value': 1, 'children': [{}]}")),
                of("{'type': 'object', 'properties': {'next': {'anyOf': [{'$ref': '#'}, {'type': 'null'}]}}, 'required': ['next']}",
                        List.of("{'next': null}", "{'next': {'next': null}}"), List.of("{}", "{'next': {}}")),
                of("{'type': 'object', 'properties': {'\\'q\\' \\\\ é 字': {'type': 'integer'}}}".replace("\\'q\\'", "\\\\u0041"),
                        List.of("{'\\\\u0041 \\ é 字': 1}".replace("\\\\u0041 \\ é", "\\\\u0041 \\\\ é")),
                        List.of("{'A': 1}")));
    }
}
