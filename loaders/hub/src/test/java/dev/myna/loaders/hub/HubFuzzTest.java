// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.hub.HubFile.Role;
import dev.myna.loaders.hub.StoredModel.Known;
import dev.myna.loaders.hub.StoredModel.StoredFile;
import dev.myna.testing.Damage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Damaged manifests and records are read, or refused with one printable line; values that are read are printable. */
class HubFuzzTest {
    private static final long SEED = Long.getLong("myna.seed", 20_261_130);
    private static final double SECONDS = Double.parseDouble(System.getProperty("myna.damage.seconds", "1"));

    private static final String MANIFEST = """
            {"schema":1,"id":"own","title":"Own","family":"f","description":"d","languages":["en","ur"],
            "architecture":{"vision":{"name":"CLIP","parameters":1},"projector":{"type":"mlp","parameters":null},
            "decoder":{"name":"Llama","kind":"llama","layers":2,"width":64,"kvWidth":64,"feedForward":96,"vocabulary":300,
            "contextLength":512,"parameters":100}},
            "terms":{"weights":{"spdx":"MIT","url":"https://example.com"},"baseModel":{"name":"x"},"data":null,
            "requiresAcceptance":true,"summary":"s"},
            "upstream":{"host":"huggingface.co","repo":"org/repo","revision":null,"abbreviatedRevision":"abc"},
            "prompt":{"format":"vicuna_v1","stop":["</s>"]},"image":{"size":336,"resize":"pad","tokens":576},"checkpoint":{"files":[]},
            "variants":[{"name":"q8_0","default":true,"minMemoryBytes":5,"files":[{"role":"decoder","name":"a.gguf",
            "size":5,"sha256":null,"urls":["https://huggingface.co/org/repo/resolve/main/a.gguf"]}],
            "convert":{"type":"q8_0","visionType":"f16"}}],
            "provenance":{"hashSource":"none","checkedOn":"2026-01-01","note":"n"}}
            """;

    /** Reads a file and returns the displayed text. */
    @FunctionalInterface
    private interface Reader {
        Object read(byte[] file) throws IOException;
    }

    @Test
    @Timeout(1200)
    void damagedManifestsReadOrAreRefused() throws IOException {
        fuzz(
                MANIFEST.getBytes(StandardCharsets.UTF_8),
                json -> ManifestReader.read(new ByteArrayInputStream(json), "own.json"));
    }

    @Test
    @Timeout(1200)
    void damagedRecordsReadOrAreRefused() throws IOException {
        StoredModel model = new StoredModel(
                "palo-7b",
                "q8_0",
                "Model",
                "somewhere",
                "none",
                "now",
                List.of(new StoredFile(Role.decoder, "a.gguf", 5, "0".repeat(64), Known.manifest)));
        fuzz(model.json(), json -> StoredModel.parse(json, "record"));
    }

    private static void fuzz(byte[] valid, Reader reader) throws IOException {
        System.out.println("HubFuzzTest seed " + SEED);
        reader.read(valid);
        Random random = new Random(SEED);
        long end = System.nanoTime() + (long) (SECONDS * 1e9);
        int refused = 0;
        int all = 0;
        for (; System.nanoTime() < end || all < 200; all++) {
            byte[] damaged = Damage.of(valid, random);
            try {
                printable(reader.read(damaged).toString(), 200_000);
            } catch (HubException e) {
                refused++;
                printable(e.getMessage(), 1000);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("number " + all + ": " + new String(damaged, StandardCharsets.ISO_8859_1), e);
            }
        }
        System.out.println("HubFuzzTest: " + refused + " of " + all + " were refused");
        assertTrue(refused > 0 && refused < all);
    }

    private static void printable(String text, int longest) {
        assertEquals(1, text.lines().count(), text);
        assertTrue(text.length() < longest, text);
        assertTrue(text.chars().noneMatch(c -> Character.isISOControl(c) || c == 0x202E), text);
    }
}
