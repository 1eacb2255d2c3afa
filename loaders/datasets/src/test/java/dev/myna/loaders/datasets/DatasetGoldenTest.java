// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.text.JsonLimits;
import dev.myna.loaders.text.JsonReader;
import dev.myna.loaders.text.JsonTree;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of published formats, and what the published readers make of them. */
@NeedsGolden
class DatasetGoldenTest {
    private static final Path FOLDER = Golden.path("eval");

    private static Object json(Path file) throws Exception {
        return JsonTree.value(JsonReader.of(Files.readString(file), JsonLimits.ofValues(1 << 20)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mmmb", "mmbench"})
    @SuppressWarnings("unchecked")
    void tablesHoldTheRowsImagesAndOptionsThatPandasSees(String set) throws Exception {
        int checked = 0;
        for (Object each : (List<?>) json(FOLDER.resolve(set).resolve("sets.json"))) {
            String name = (String) ((Map<?, ?>) each).get("file");
            Map<String, Object> expected =
                    (Map<String, Object>) json(FOLDER.resolve(set).resolve(name.replace(".tsv", ".expected.json")));
            List<Map<String, Object>> rows = (List<Map<String, Object>>) expected.get("rows");
            Map<String, Object> parrot = (Map<String, Object>) expected.get("parrot_2024");
            List<Map<String, Object>> scored = (List<Map<String, Object>>) parrot.get("rows");
            int at = 0;
            try (TsvReader reader = TsvReader.open(FOLDER.resolve(set).resolve(name), NaMode.PANDAS)) {
                for (var row = reader.next(); row.isPresent(); row = reader.next()) {
                    byte[] image = (byte[]) row.get().get("image");
                    if (image == null) {
                        continue;
                    }
                    assertEquals(rows.get(at).get("index").toString(), row.get().text("index"), name);
                    assertEquals(
                            rows.get(at).get("image_sha256"),
                            HexFormat.of()
                                    .formatHex(
                                            MessageDigest.getInstance("SHA-256").digest(image)));
                    Map<String, Object> options = new LinkedHashMap<>();
                    for (char letter = 'A'; letter <= 'Z'; letter++) {
                        String text = row.get().text(Character.toString(letter));
                        if (text != null) {
                            options.put(Character.toString(letter), text);
                        }
                    }
                    assertEquals(scored.get(at).get("options_present"), options, name + " " + at);
                    at++;
                    checked++;
                }
                assertEquals(0, reader.problems().count());
            }
            assertEquals(rows.size(), at, name);
        }
        assertTrue(checked > 50, "rows: " + checked);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cvqa", "maxm"})
    void parquetFilesOfAllWritersHoldTheSameRows(String layout) throws Exception {
        List<?> expected = (List<?>) json(FOLDER.resolve("parquet/" + layout + ".rows.json"));
        for (String variant : new String[] {"snappy.arrow", "zstd.arrow", "snappy.duckdb", "zstd.duckdb"}) {
            List<Object> rows = new ArrayList<>();
            Path file = FOLDER.resolve("parquet/" + layout + "." + variant + ".parquet");
            try (ParquetReader reader = ParquetReader.open(file, Set.of("image"))) {
                for (var row = reader.next(); row.isPresent(); row = reader.next()) {
                    rows.add(comparable(row.get().fields()));
                }
                assertEquals(0, reader.problems().count());
            }
            assertEquals(comparable(expected), comparable(rows), variant);
        }
    }

    /** Binary as base64, all numbers as double. */
    private static Object comparable(Object value) {
        return switch (value) {
            case null -> null;
            case Map<?, ?> map -> {
                Map<Object, Object> copy = new LinkedHashMap<>();
                map.forEach((key, each) -> {
                    if (key.equals("bytes_base64")) {
                        copy.put("bytes", each);
                    } else if (!key.equals("bytes_sha256")) {
                        copy.put(key, comparable(each));
                    }
                });
                yield copy;
            }
            case List<?> list -> {
                List<Object> copy = new ArrayList<>();
                list.forEach(each -> copy.add(comparable(each)));
                yield copy;
            }
            case byte[] bytes -> java.util.Base64.getEncoder().encodeToString(bytes);
            case Number number -> number.doubleValue();
            default -> value;
        };
    }

    @Test
    void llavaBenchFoldersAreRead() throws IOException {
        for (String language : new String[] {"en", "zh", "hi", "ar", "ja"}) {
            LlavaBenchFiles files = LlavaBenchFiles.in(FOLDER.resolve("llava-bench/" + language));
            assertEquals(12, LlavaBenchFiles.all(files.questions()).size());
            assertFalse(files.captions().isEmpty());
        }
    }
}
