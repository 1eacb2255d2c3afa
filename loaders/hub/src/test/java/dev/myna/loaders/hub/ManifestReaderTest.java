// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ManifestReaderTest {
    private static final Path MANIFESTS = Path.of("..", "..", "models-manifest");

    static List<Path> manifests() throws IOException {
        try (Stream<Path> files = Files.list(MANIFESTS)) {
            return files.filter(path -> path.toString().endsWith(".json")
                            && !path.toString().endsWith("schema.json"))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void everyManifestIsRead(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            Manifest manifest = ManifestReader.read(in, file.toString());
            assertEquals(file.getFileName().toString(), manifest.id() + ".json");
            assertTrue(manifest.standardVariant().minMemoryBytes() > 0);
            assertTrue(manifest.variants().stream()
                    .allMatch(variant ->
                            variant.convert().isPresent() == variant.files().isEmpty()));
        }
    }

    private static String palo() throws IOException {
        return Files.readString(MANIFESTS.resolve("palo-7b.json"));
    }

    private static Manifest read(String json) throws IOException {
        return ManifestReader.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), "test.json");
    }

    @Test
    void unknownValuesAreEmpty() throws IOException {
        Manifest manifest = read(palo());
        HubFile weights = manifest.checkpoint().orElseThrow().files().orElseThrow().stream()
                .filter(file -> file.role() == HubFile.Role.weights)
                .findFirst()
                .orElseThrow();
        assertEquals(Optional.empty(), weights.sha256());
        assertTrue(weights.size().isEmpty());
        assertEquals(9_980_000_000L, weights.expectedBytes());
        assertEquals(Optional.of("408d5a8"), manifest.upstream().orElseThrow().abbreviatedRevision());
        assertEquals(Optional.empty(), manifest.upstream().orElseThrow().revision());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"schema\": 1 | \"schema\": 2 | schema must be 1",
                "\"id\": \"palo-7b\" | \"id\": \"../x\" | no name of a model",
                "\"name\": \"config.json\" | \"name\": \"../config.json\" | no file name",
                "\"sha256\": null | \"sha256\": \"xyz\" | no SHA-256",
                "\"repo\": \"MBZUAI/PALO-7B\" | \"repo\": \"../..\" | no repository",
                "\"revision\": null | \"revision\": \"main\" | no full commit id",
                "\"role\": \"config\" | \"role\": \"king\" | role king is not known",
                "https://huggingface.co/MBZUAI/PALO-7B/resolve | file:///etc | must be https addresses",
                "\"title\": \"PALO 7B\" | \"title\": 7 | title must be a text",
                "\"layers\": 32 | \"layers\": -1 | layers must be a whole number",
                "\"variants\": [ | \"variants\": 7, \"x\": [ | variants must be a list",
                "\"name\": \"q4_k_m\" | \"name\": \"Q4/K\" | no name of a variant"
            })
    void whatIsWrongIsNamed(String right, String wrong, String message) throws IOException {
        String manifest = palo();
        assertTrue(manifest.contains(right), right);
        HubException e = assertThrows(HubException.class, () -> read(manifest.replace(right, wrong)));
        assertTrue(e.getMessage().contains(message), e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }

    /** Damaged manifests are read or end in the typed error; nothing else may happen. */
    @Test
    void damagedFieldsAreRefused() throws IOException {
        byte[] manifest = palo().getBytes(StandardCharsets.UTF_8);
        Random random = new Random(20);
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = manifest.clone();
            for (int change = random.nextInt(1, 4); change > 0; change--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            int length = random.nextBoolean() ? damaged.length : random.nextInt(damaged.length);
            try {
                ManifestReader.read(new ByteArrayInputStream(damaged, 0, length), "seed 20, round " + i);
            } catch (HubException e) {
                assertEquals(HubException.Fault.MODEL, e.fault());
            }
        }
    }

    @Test
    void tooLargeIsRefused() {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return ' ';
            }
        };
        HubException e = assertThrows(HubException.class, () -> ManifestReader.read(endless, "endless.json"));
        assertTrue(e.getMessage().contains("more than 1048576 bytes"), e.getMessage());
    }
}
