// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import dev.myna.cli.command.Inputs;
import dev.myna.cli.text.Json;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.grammar.Grammar;
import dev.myna.eval.run.Sha256;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The form that answers must have; names are llama.cpp's. */
final class FormArguments {
    @Option(
            names = {"-jf", "--json-schema-file"},
            paramLabel = "FILE",
            description = "answers are JSON of this schema (docs/structured-output.md)")
    Path schema;

    @Option(names = "--grammar-file", paramLabel = "FILE", description = "answers are texts of this GBNF grammar")
    Path grammar;

    /**
     * A form.
     *
     * @param identity its kind and the SHA-256 of its text
     */
    record Form(Grammar grammar, String identity) {}

    /**
     * The form; empty for any text.
     *
     * @throws RequestException if the file cannot be used
     */
    Optional<Form> form() {
        if (schema != null && grammar != null) {
            throw new RequestException("--json-schema-file and --grammar-file exclude each other: give one");
        }
        Path file = schema != null ? schema : grammar;
        if (file == null) {
            return Optional.empty();
        }
        String text = Inputs.text(file);
        try {
            Grammar form = schema != null ? Grammar.jsonSchema(Json.object(text)) : Grammar.gbnf(text);
            return Optional.of(new Form(form, (schema != null ? "schema " : "grammar ") + Sha256.of(text)));
        } catch (RequestException e) {
            throw new RequestException(file + ": " + e.getMessage());
        }
    }
}
