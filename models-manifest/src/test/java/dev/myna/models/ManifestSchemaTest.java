// SPDX-License-Identifier: Apache-2.0
package dev.myna.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class ManifestSchemaTest {
    private static final String SCHEMA = "manifest.schema.json";

    static List<String> ids() {
        return ModelManifests.ids();
    }

    @ParameterizedTest
    @MethodSource("ids")
    void manifestsKeepTheSchema(String id) throws IOException {
        assertEquals(List.of(), problems(text(id)));
        assertEquals(id, ManifestFiles.read(id).path("id").asString());
    }

    @Test
    void everyFileOfTheFolderIsListed() throws IOException {
        Set<String> files = new TreeSet<>();
        try (Stream<Path> paths = Files.list(ManifestFiles.folder())) {
            paths.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".json") && !name.equals(SCHEMA))
                    .forEach(name -> files.add(name.substring(0, name.length() - ".json".length())));
        }
        assertEquals(files, new TreeSet<>(ModelManifests.ids()));
    }

    /** What must never become a path, a branch or a wrong digest does not pass. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"name\": \"config.json\" | \"name\": \"../config.json\"",
                "\"name\": \"config.json\" | \"name\": \"a/config.json\"",
                "\"name\": \"config.json\" | \"name\": \".config.json\"",
                "\"sha256\": null | \"sha256\": \"F98F68827C19915F2A601598819B1C4A1AEA3091968186BB1E01F2DBA4E29AF7\"",
                "\"sha256\": null | \"sha256\": \"98f68827c19915f2a601598819b1c4a1aea3091968186bb1e01f2dba4e29af7\"",
                "\"revision\": null | \"revision\": \"main\"",
                "\"id\": \"palo-7b\" | \"id\": \"palo/7b\"",
                "\"schema\": 1 | \"schema\": 2",
                "https://huggingface.co/MBZUAI/PALO-7B/resolve | http://huggingface.co/MBZUAI/PALO-7B/resolve",
                "\"default\": true | \"default\": false"
            })
    void theSchemaRefuses(String right, String wrong) throws IOException {
        String manifest = text("palo-7b");
        assertTrue(manifest.contains(right), right);
        assertFalse(problems(manifest.replace(right, wrong)).isEmpty(), wrong);
    }

    /** Digests claim a source, and files without one are only in manifests that say so. */
    @ParameterizedTest
    @MethodSource("ids")
    void provenanceMatchesTheDigests(String id) throws IOException {
        JsonNode manifest = ManifestFiles.read(id);
        List<JsonNode> files = manifest.findParents("sha256");
        boolean some = files.stream().anyMatch(file -> file.path("sha256").isString());
        boolean all = !files.isEmpty()
                && files.stream().allMatch(file -> file.path("sha256").isString());
        JsonNode provenance = manifest.path("provenance");
        assertEquals(some, !provenance.path("hashSource").asString().equals("none"), id);
        assertTrue(all || provenance.path("note").isString(), id + ": the note says which digests are unknown and why");
    }

    @Test
    void theEmbeddedModelIsTheOneDescribed() throws IOException, NoSuchAlgorithmException {
        Path manifest = ManifestFiles.folder().resolve("nano.json");
        String text = Files.readString(manifest);
        String right = text;
        for (JsonNode file : ManifestFiles.read("nano").findParents("sha256")) {
            Path model = ManifestFiles.folder()
                    .resolve("nano")
                    .resolve(file.path("name").asString());
            byte[] bytes = Files.readAllBytes(model);
            String digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            right = right.replace(file.path("sha256").asString(), digest)
                    .replace("\"size\": " + file.path("size").asLong(), "\"size\": " + bytes.length);
        }
        if (ManifestFiles.rewriting()) {
            Files.writeString(manifest, right);
        } else {
            assertEquals(right, text, "nano.json is stale: run this test with -Dmyna.write=true");
        }
    }

    private static List<Error> problems(String json) throws IOException {
        SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
        Schema schema =
                registry.getSchema(Files.readString(ManifestFiles.folder().resolve(SCHEMA)), InputFormat.JSON);
        return schema.validate(json, InputFormat.JSON);
    }

    private static String text(String id) throws IOException {
        try (InputStream in = ModelManifests.open(id)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
