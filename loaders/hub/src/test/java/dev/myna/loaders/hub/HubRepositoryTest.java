// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import static dev.myna.loaders.hub.Fetching.options;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.hub.Downloader.Network;
import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.testing.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists of the hub, and the choice of files. */
class HubRepositoryTest {
    private static final String SHA = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    Path store;

    private HubRepository list(String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        try (TestServer server = new TestServer((request, out) -> {
                    TestServer.head(out, "200 OK", "Content-Type: application/json", "Content-Length: " + body.length);
                    out.write(body);
                });
                Downloader downloader = new Downloader(
                        new ModelStore(store), options(Map.of(), 1).withMirror(server.address()), Network.ALLOWED)) {
            HubRepository repository = downloader.list("org/repo", "main");
            assertEquals(
                    "/api/models/org/repo/revision/main?blobs=true",
                    server.requests().getFirst().path());
            return repository;
        }
    }

    private HubRepository of(String... names) throws IOException {
        StringBuilder siblings = new StringBuilder();
        for (String name : names) {
            siblings.append(siblings.isEmpty() ? "" : ",").append("{\"rfilename\":\"" + name + "\",\"size\":5}");
        }
        return list("{\"sha\":\"" + SHA + "\",\"siblings\":[" + siblings + "]}");
    }

    private static List<String> names(List<HubFile> files) {
        return files.stream().map(HubFile::name).toList();
    }

    @Test
    void filesHaveDigestsAndPinnedUrls() throws IOException {
        HubRepository repository = list("{\"sha\":\"" + SHA + "\",\"cardData\":{\"license\":\"mit\"},\"siblings\":["
                + "{\"rfilename\":\"config.json\",\"size\":2,\"blobId\":\"" + SHA + "\"},"
                + "{\"rfilename\":\"model.safetensors\",\"size\":9,\"blobId\":\"" + SHA + "\",\"lfs\":{\"sha256\":\""
                + "a".repeat(64) + "\",\"size\":9}},"
                + "{\"rfilename\":\"../../evil.gguf\",\"size\":1},{\"rfilename\":\"sub/x.gguf\",\"size\":1}]}");
        assertEquals(Optional.of("mit"), repository.licence());
        assertEquals(List.of("config.json", "model.safetensors"), names(repository.files()));
        assertEquals(Optional.of(SHA), repository.files().getFirst().gitBlob());
        HubFile weights = repository.files().getLast();
        assertEquals(Optional.of("a".repeat(64)), weights.sha256());
        assertEquals(
                "https://huggingface.co/org/repo/resolve/" + SHA + "/model.safetensors",
                weights.urls().getFirst().toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "m-Q4_K_M.gguf m-Q8_0.gguf mmproj-m-f16.gguf | - | m-Q4_K_M.gguf mmproj-m-f16.gguf",
                "m-Q4_K_M.gguf m-Q8_0.gguf mmproj-m-f16.gguf | q8_0 | m-Q8_0.gguf mmproj-m-f16.gguf",
                "ggml-model-q4_k.gguf ggml-model-f16.gguf | - | ggml-model-q4_k.gguf",
                "m.Q4_0.gguf m-mmproj-q8_0.gguf m-mmproj-F16.gguf | - | m.Q4_0.gguf m-mmproj-F16.gguf",
                "only-iq2_xs.gguf | - | only-iq2_xs.gguf"
            })
    void readyPairs(String files, String quant, String expected) throws IOException {
        HubRepository.Ready ready =
                of(files.split(" ")).ready(Optional.ofNullable(quant)).orElseThrow();
        assertEquals(List.of(expected.split(" ")), names(ready.files()));
    }

    @Test
    void ambiguousNamesAreRefused() throws IOException {
        HubRepository repository = of("a-q4_k_m.gguf", "b-q4_k_m.gguf");
        HubException e = assertThrows(HubException.class, () -> repository.ready(Optional.of("q4_k_m")));
        assertEquals(Fault.REQUEST, e.fault());
        assertTrue(e.getMessage().contains("a-q4_k_m.gguf, b-q4_k_m.gguf"), e.getMessage());
    }

    @Test
    void checkpointsPreferSafetensors() throws IOException {
        HubRepository both = of(
                "README.md",
                "config.json",
                "tokenizer.model",
                "pytorch_model.bin",
                "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors",
                "model.safetensors.index.json",
                "pytorch_model.bin.index.json",
                "training_args.bin");
        assertEquals(Optional.empty(), both.ready(Optional.empty()));
        assertEquals(
                List.of(
                        "config.json",
                        "tokenizer.model",
                        "model-00001-of-00002.safetensors",
                        "model-00002-of-00002.safetensors",
                        "model.safetensors.index.json"),
                names(both.checkpoint().orElseThrow()));
        assertEquals(
                List.of("config.json", "pytorch_model.bin"),
                names(of("config.json", "pytorch_model.bin", "training_args.bin")
                        .checkpoint()
                        .orElseThrow()));
        assertEquals(Optional.empty(), of("config.json", "README.md").checkpoint());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>login</html>",
                "[]",
                "{}",
                "{\"sha\":\"main\",\"siblings\":[]}",
                "{\"sha\":\"" + SHA + "\"}",
                "{\"sha\":\"" + SHA + "\",\"siblings\":[7]}",
                "{\"sha\":\"" + SHA + "\",\"siblings\":[{\"rfilename\":\"x.bin\",\"lfs\":{\"sha256\":\"../x\"}}]}",
                "{\"sha\":\"" + SHA + "\",\"siblings\":[{\"rfilename\":\"x.bin\",\"size\":-1}]}",
                "{\"sha\":\"" + SHA + "\",\"siblings\":[{\"rfilename\":\"x.bin\",\"blobId\":\"zz\"}]}"
            })
    void listsAreNotTrusted(String json) {
        HubException e = assertThrows(HubException.class, () -> list(json));
        assertEquals(Fault.DOWNLOAD, e.fault(), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
    }
}
