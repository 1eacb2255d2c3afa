// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.command;

import dev.myna.cli.system.UserPath;
import dev.myna.cli.text.Json;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.grammar.Grammar;
import dev.myna.eval.run.Sha256;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The form that answers must have; names and meanings are llama.cpp's. */
public final class FormArguments {
    @Option(
            names = {"-j", "--json-schema"},
            paramLabel = "SCHEMA",
            description = "answers satisfy this JSON schema; {} = any object (-jf FILE)")
    String schema;

    /** Hidden: the help text of {@code --json-schema} names it. */
    @Option(
            names = {"-jf", "--json-schema-file"},
            paramLabel = "FILE",
            hidden = true,
            description = "answers satisfy the JSON schema in this file")
    String schemaFile;

    /** Hidden: the help text of {@code --grammar-file} leads to docs/structured-output.md, which names it. */
    @Option(
            names = "--grammar",
            paramLabel = "GBNF",
            hidden = true,
            description = "answers follow this grammar in llama.cpp's notation GBNF")
    String grammar;

    @Option(
            names = "--grammar-file",
            paramLabel = "FILE",
            description = "answers follow this GBNF grammar (--grammar: its text)")
    String grammarFile;

    private static final Form NONE = new Form(null, "text");

    private Form form;

    /**
     * A form.
     *
     * @param grammar null for any text
     * @param identity its kind and the SHA-256 of its text
     */
    private record Form(Grammar grammar, String identity) {}

    /**
     * The options with the form of the command line, if it names one.
     *
     * @throws RequestException if it names two, or one that cannot be used; the message names the option
     * @throws IOException if a file cannot be read
     */
    public GenerationOptions apply(GenerationOptions options) throws IOException {
        Grammar grammar = form().grammar();
        return grammar == null ? options : options.toBuilder().grammar(grammar).build();
    }

    /** What tells forms apart, for journals of answers. Throws as {@link #apply}. */
    public String identity() throws IOException {
        return form().identity();
    }

    private Form form() throws IOException {
        if (form == null) {
            form = compile();
        }
        return form;
    }

    private Form compile() throws IOException {
        List<String> given = new ArrayList<>();
        add(given, schema, "--json-schema");
        add(given, schemaFile, "--json-schema-file");
        add(given, grammar, "--grammar");
        add(given, grammarFile, "--grammar-file");
        if (given.size() > 1) {
            throw new RequestException(String.join(" and ", given) + " exclude each other: give one");
        }
        if (given.isEmpty()) {
            return NONE;
        }
        String option = given.getFirst();
        String file = schemaFile == null ? grammarFile : schemaFile;
        String place = file == null ? option : option + ": " + file;
        String text = file == null ? (schema == null ? grammar : schema) : Inputs.text(UserPath.of(file));
        try {
            return schema == null && schemaFile == null
                    ? new Form(Grammar.gbnf(text), "grammar " + Sha256.of(text))
                    : new Form(ofSchema(text), "schema " + Sha256.of(text));
        } catch (RequestException e) {
            throw new RequestException(place + ": " + e.getMessage());
        }
    }

    /** As llama.cpp: the empty schema is any JSON object. */
    private static Grammar ofSchema(String text) {
        var parsed = Json.object(text);
        return parsed.isEmpty() ? Grammar.json() : Grammar.jsonSchema(parsed);
    }

    private static void add(List<String> given, String value, String option) {
        if (value != null) {
            given.add(option);
        }
    }
}
