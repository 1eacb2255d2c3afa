// SPDX-License-Identifier: Apache-2.0
package dev.myna.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Pages that show models say what the manifests say. */
class CatalogueTest {
    private static final String BEGIN =
            "<!-- models: made from models-manifest by CatalogueTest -Dmyna.write=true -->\n";
    private static final String END = "<!-- /models -->\n";

    /** Command, model, download, memory. */
    private static final Pattern README_ROW =
            Pattern.compile("(?m)^\\| `\\./myna pull ([\\w.-]+)[^`]*` \\| [^|]+ \\| ([^|]+) \\| ([^|]+) \\|$");

    @Test
    void catalogueEqualsTheManifests() throws IOException {
        Path page = ManifestFiles.folder().resolveSibling("docs").resolve("models.md");
        String text = Files.readString(page);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        assertTrue(begin >= 0 && end > begin, "docs/models.md has lost the marks around its catalogue");
        String table = ModelTable.of(ManifestFiles.all());
        if (ManifestFiles.rewriting()) {
            Files.writeString(page, text.substring(0, begin + BEGIN.length()) + table + text.substring(end));
        } else {
            assertEquals(
                    table,
                    text.substring(begin + BEGIN.length(), end),
                    "the catalogue in docs/models.md is stale: run this test with -Dmyna.write=true");
        }
    }

    @Test
    void readmeStatesDownloadAndMemoryOfTheDefaultVariant() throws IOException {
        String readme = Files.readString(ManifestFiles.folder().resolveSibling("README.md"));
        List<String> names = new ArrayList<>();
        Matcher row = README_ROW.matcher(readme);
        while (row.find()) {
            names.add(row.group(1));
            JsonNode manifest = ManifestFiles.read(row.group(1));
            assertEquals(ModelTable.download(manifest), row.group(2), row.group(1));
            assertEquals(memory(manifest), row.group(3), row.group(1));
        }
        assertEquals(8, names.size(), "rows found: " + names);
    }

    @Test
    void readmeIsShort() throws IOException {
        List<String> lines = Files.readAllLines(ManifestFiles.folder().resolveSibling("README.md"));
        assertTrue(lines.size() <= 110, "README.md has " + lines.size() + " lines; details belong in docs");
    }

    private static String memory(JsonNode manifest) {
        for (JsonNode variant : manifest.path("variants")) {
            if (variant.path("default").asBoolean(false)) {
                return String.format(
                        Locale.ROOT, "%.1f GB", variant.path("minMemoryBytes").asLong() / 1e9);
            }
        }
        throw new IllegalArgumentException(manifest.path("id").asString() + " has no default variant");
    }
}
