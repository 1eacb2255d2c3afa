// SPDX-License-Identifier: Apache-2.0
package dev.myna.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTableTest {
    private static final String BEGIN =
            "<!-- models: made from models-manifest by ReadmeTableTest -Dmyna.write=true -->\n";
    private static final String END = "<!-- /models -->\n";

    @Test
    void theReadmesTableIsThatOfTheManifests() throws IOException {
        Path readme = ManifestFiles.folder().resolveSibling("README.md");
        String text = Files.readString(readme);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        assertTrue(begin >= 0 && end > begin, "README.md has lost the marks around its table of models");
        String table = ModelTable.of(ManifestFiles.all());
        if (ManifestFiles.rewriting()) {
            Files.writeString(readme, text.substring(0, begin + BEGIN.length()) + table + text.substring(end));
        } else {
            assertEquals(
                    table,
                    text.substring(begin + BEGIN.length(), end),
                    "the table of models in README.md is stale: run this test with -Dmyna.write=true");
        }
    }
}
