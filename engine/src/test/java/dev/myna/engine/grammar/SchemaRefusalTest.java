// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.error.GrammarException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is not supported is refused by name and place. */
class SchemaRefusalTest {

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "{'type': 'integer', 'multipleOf': 2} => /multipleOf: 'multipleOf' is not supported",
                "{'type': 'thing'} => /type: 'thing' is not a type",
                "{'type': 7} => /type: must be a string",
                "{'type': []} => /type: must not be empty",
                "{'properties': {'a/b~': {'not': {}}}} => /properties/a~1b~0/not: 'not' is not supported",
                "{'if': {}, 'then': {}} => /if: 'if' is not supported",
                "{'type': 'object', 'patternProperties': {}} => /patternProperties: 'patternProperties' is not supported",
                "{'type': 'object', 'minProperties': 1} => /minProperties: 'minProperties' is not supported",
                "{'type': 'object', 'dependentRequired': {}} => /dependentRequired: 'dependentRequired'",
                "{'type': 'object', 'unevaluatedProperties': false} => /unevaluatedProperties: 'unevaluatedProperties'",
                "{'type': 'object', 'propertyNames': {}} => /propertyNames: 'propertyNames' is not supported",
                "{'type': 'array', 'uniqueItems': true} => /uniqueItems: 'uniqueItems' is not supported",
                "{'type': 'array', 'contains': {}} => /contains: 'contains' is not supported",
                "{'type': 'array', 'items': [{}]} => /items: an array of schemas is not supported here; use 'prefixItems'",
                "{'type': 'array', 'minItems': 3, 'maxItems': 2} => /minItems: 3 elements at least, but 2 at most",
                "{'type': 'array', 'minItems': -1} => /minItems: must be from 0 to",
                "{'type': 'array', 'minItems': 1.5} => /minItems: must be a whole number",
                "{'type': 'array', 'minItems': 1e999999} => /minItems: must be",
                "{'type': 'string', 'minimum': 1} => /minimum: 'minimum' is not supported for type string",
                "{'type': 'string', 'format': 'email'} => /format: format 'email' is not supported",
                "{'type': 'string', 'contentEncoding': 'base64'} => /contentEncoding: 'contentEncoding' is not supported",
                "{'type': 'string', 'minLength': 5, 'maxLength': 4} => /minLength: 5 characters at least, but 4 at most",
                "{'type': 'string', 'minLength': 1000000} => /minLength: must be from 0 to 65536",
                "{'type': 'string', 'pattern': '^a$', 'minLength': 1} => /minLength: lengths are not supported beside",
                "{'type': 'string', 'pattern': 'a'} => /pattern: character 1: a pattern must begin with ^",
                "{'type': 'string', 'pattern': '^a'} => /pattern: character 3: a pattern must end with $",
                "{'type': 'string', 'pattern': '^a|b$'} => /pattern: character 3: put a group",
                "{'type': 'string', 'pattern': '^(?=a)$'} => /pattern: character 4: (?= is not supported",
                "{'type': 'string', 'pattern': '^(?<n>a)$'} => /pattern: character 4: (?< is not supported",
                "{'type': 'string', 'pattern': '^(a)\\\\1$'} => /pattern: character 6: \\1 is not supported",
                "{'type': 'string', 'pattern': '^\\\\p{L}$'} => /pattern: character 3: \\p is not supported",
                "{'type': 'string', 'pattern': '^\\\\bа$'} => /pattern: character 3: \\b is not supported",
                "{'type': 'string', 'pattern': '^(a$'} => /pattern: character 4: expected )",
                "{'type': 'string', 'pattern': '^a)$'} => /pattern: character 3: a ) without its (",
                "{'type': 'string', 'pattern': '^[b-a]$'} => /pattern: character 6: this is no range",
                "{'type': 'string', 'pattern': '^[a$'} => /pattern: character 5: expected ]",
                "{'type': 'string', 'pattern': '^[]$'} => /pattern: character 4: no character is in this class",
                "{'type': 'string', 'pattern': '^a++$'} => /pattern: character 4: '+' is not supported after",
                "{'type': 'string', 'pattern': '^*$'} => /pattern: character 2: '*' is not supported here",
                "{'type': 'string', 'pattern': '^a{1000000}$'} => /pattern: character 4: at most 65536 repetitions",
                "{'type': 'number', 'minimum': 0.5} => /minimum: bounds of numbers must be whole",
                "{'type': 'number', 'minimum': 1e30} => /minimum: bounds of 10000000000000000 and more",
                "{'type': 'integer', 'minimum': 3, 'maximum': 2} => /maximum: no number is between the bounds",
                "{'type': 'integer', 'minimum': true} => /minimum: must be a number",
                "{'type': 'number', 'exclusiveMinimum': 3, 'maximum': 3} => /maximum: no number",
                "{'enum': []} => /enum: must not be empty",
                "{'enum': [1], 'minimum': 0} => /minimum: 'minimum' is not supported beside 'enum'",
                "{'enum': ['a'], 'type': 'integer'} => /enum: no value is of the type",
                "{'anyOf': [{}], 'properties': {}} => /properties: 'properties' is not supported beside 'anyOf'",
                "{'anyOf': [{'type': 'x'}]} => /anyOf/0/type: 'x' is not a type",
                "{'anyOf': [], 'title': ''} => /anyOf: must not be empty",
                "{'allOf': [{'type': 'string'}, {'type': 'object'}]} => /allOf/0/type: 'allOf' is supported for objects only",
                "{'allOf': [{'minLength': 1}, {}]} => /allOf/0/minLength: 'minLength' is not supported inside 'allOf'",
                "{'allOf': [{'properties': {'a': {}}}, {'properties': {'a': {'type': 'null'}}}]} => /allOf/1/properties/a: 'allOf' says two things",
                "{'$ref': 'http://example.org/x'} => /$ref: 'http://example.org/x' is not supported",
                "{'$ref': '#/properties/a'} => /$ref: '#/properties/a' is not supported",
                "{'$ref': '#/$defs/none'} => /$ref: '#/$defs/none' is not in the schema",
                "{'$ref': '#/$defs/%zz'} => /$ref: '#/$defs/%zz' is not well-formed",
                "{'$ref': '#/$defs/a', 'type': 'null', '$defs': {'a': {}}} => /type: 'type' is not supported beside '$ref'",
                "{'$ref': '#'} => root: rule '#' begins with itself",
                "{'properties': {'a': {'$ref': '#'}}, 'required': ['a']} => root: rule 'root' can never end",
                "{'properties': {'a': false}} => /properties/a: false allows no value",
                "{'properties': {'a': 3}} => /properties/a: a schema must be an object, true or false",
                "{'properties': {'a': null}} => /properties/a: a schema must be an object, true or false",
                "{'properties': []} => /properties: must be an object",
                "{'type': 'object', 'required': 'a'} => /required: must be an array",
                "{'type': 'object', 'required': [1]} => /required: must be an array of strings",
                "{'type': 'object', 'required': ['a'], 'additionalProperties': false} => /required: 'a' is required, but",
                "{'$dynamicRef': '#a'} => /$dynamicRef: '$dynamicRef' is not supported",
                "{'nullable': 1} => /nullable: must be true or false",
                "{'whatever': 1} => /whatever: 'whatever' is not supported here",
            })
    void refused(String schema, String message) {
        String found = assertThrows(GrammarException.class, () -> Texts.schema(schema.replace('\'', '"')))
                .getMessage();
        assertTrue(found.startsWith("JSON schema, " + message.replace('`', '\'')), found);
    }

    @Test
    void deepSchemas() {
        Map<String, Object> schema = Map.of("type", "string");
        for (int i = 0; i < 100_000; i++) {
            schema = Map.of("items", schema);
        }
        Map<String, Object> deep = schema;
        assertTrue(assertThrows(GrammarException.class, () -> Grammar.jsonSchema(deep))
                .getMessage()
                .contains("nested more than 64 deep"));
        Object value = List.of();
        for (int i = 0; i < 100_000; i++) {
            value = List.of(value);
        }
        Map<String, Object> constant = Map.of("const", value);
        assertTrue(assertThrows(GrammarException.class, () -> Grammar.jsonSchema(constant))
                .getMessage()
                .contains("nested more than 64 deep"));
    }

    @Test
    void wideSchemas() {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (int i = 0; i < 30_000; i++) {
            properties.put("p" + i, Map.of("type", "integer"));
        }
        assertThrows(GrammarException.class, () -> Grammar.jsonSchema(Map.of("properties", properties)));
        Map<String, Object> defs = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            String next = "#/$defs/d" + (i + 1);
            defs.put("d" + i, Map.of("$ref", next));
        }
        defs.put("d100", Map.of());
        Map<String, Object> chain = Map.of("allOf", List.of(Map.of("$ref", "#/$defs/d0"), Map.of()), "$defs", defs);
        assertThrows(GrammarException.class, () -> Grammar.jsonSchema(chain));
    }

    @Test
    void foreignValues() {
        for (Object value : new Object[] {new Object(), Double.NaN, 'c', new int[0]}) {
            List<Object> values = new ArrayList<>();
            values.add(value);
            assertThrows(GrammarException.class, () -> Grammar.jsonSchema(Map.of("enum", values)));
            assertThrows(GrammarException.class, () -> Grammar.jsonSchema(Map.of("items", value)));
            assertThrows(GrammarException.class, () -> Grammar.jsonSchema(Map.of("maxItems", value)));
            assertThrows(GrammarException.class, () -> Grammar.jsonSchema(Map.of("type", value)));
        }
    }
}
