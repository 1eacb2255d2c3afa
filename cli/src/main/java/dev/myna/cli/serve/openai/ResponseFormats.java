// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import dev.myna.cli.serve.http.ApiException;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.error.GrammarException;
import dev.myna.engine.grammar.Grammar;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Reads {@code response_format}, llama.cpp's {@code json_schema}, and {@code grammar}: the form that an answer must have. */
final class ResponseFormats {
    private static final Set<String> PLAIN = Set.of("type");
    private static final Set<String> OBJECT = Set.of("type", "schema");
    private static final Set<String> SCHEMA = Set.of("type", "json_schema");
    private static final Set<String> NAMED_SCHEMA = Set.of("name", "description", "schema", "strict");

    private static final int MAX_GRAMMAR_LENGTH = 64 << 10;

    private ResponseFormats() {}

    /**
     * The options with the grammar that a request asks for.
     *
     * @throws ApiException if it asks for what there is not, naming the place
     */
    static GenerationOptions apply(Fields body, GenerationOptions options) {
        Grammar grammar = read(body);
        return grammar == null ? options : options.toBuilder().grammar(grammar).build();
    }

    /**
     * The grammar that a request asks for.
     *
     * @return null for none
     * @throws ApiException that names the unsupported field
     */
    static Grammar read(Fields body) {
        String gbnf = body.text("grammar");
        Grammar format = format(body.object("response_format"));
        Fields bare = body.object("json_schema");
        if (bare != null && !bare.values().isEmpty()) {
            if (format != null) {
                throw ApiException.value("json_schema", "json_schema and response_format exclude each other: give one");
            }
            format = schema("json_schema", bare.values());
        }
        if (gbnf == null || gbnf.isEmpty()) {
            return format;
        }
        if (format != null) {
            throw ApiException.value(
                    "grammar",
                    "grammar and " + (bare == null ? "response_format" : "json_schema")
                            + " exclude each other: give one");
        }
        if (gbnf.length() > MAX_GRAMMAR_LENGTH) {
            throw ApiException.value(
                    "grammar", "grammar has " + gbnf.length() + " characters; " + MAX_GRAMMAR_LENGTH + " are allowed");
        }
        return compiled("grammar", "invalid_grammar", () -> Grammar.gbnf(gbnf));
    }

    private static Grammar format(Fields format) {
        if (format == null) {
            return null;
        }
        String type = format.requiredText("type");
        return switch (type) {
            case "text" -> {
                format.only(PLAIN);
                yield null;
            }
            case "json_object" -> {
                // The field schema is llama.cpp's.
                format.only(OBJECT);
                Fields schema = format.object("schema");
                yield schema == null ? Grammar.json() : schema(format.path("schema"), schema.values());
            }
            case "json_schema" -> {
                format.only(SCHEMA);
                format.require("json_schema");
                Fields named = format.object("json_schema");
                named.only(NAMED_SCHEMA);
                named.require("schema");
                yield schema(named.path("schema"), named.object("schema").values());
            }
            default ->
                throw ApiException.value(
                        format.path("type"),
                        format.path("type") + " must be text, json_object or json_schema, not '" + Fields.shown(type)
                                + "'");
        };
    }

    private static Grammar schema(String param, Map<String, Object> schema) {
        return compiled(param, "invalid_json_schema", () -> Grammar.jsonSchema(schema));
    }

    private static Grammar compiled(String param, String code, Supplier<Grammar> compiler) {
        try {
            return compiler.get();
        } catch (GrammarException e) {
            throw ApiException.invalid(param, code, e.getMessage());
        }
    }
}
