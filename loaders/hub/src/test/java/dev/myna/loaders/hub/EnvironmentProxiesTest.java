// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import static dev.myna.loaders.hub.Fetching.TAG;
import static dev.myna.loaders.hub.Fetching.fetch;
import static dev.myna.loaders.hub.Fetching.known;
import static dev.myna.loaders.hub.Fetching.options;
import static dev.myna.loaders.hub.Fetching.random;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.testing.TestServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentProxiesTest {
    @TempDir
    Path store;

    @ParameterizedTest
    @CsvSource({
        "HTTPS_PROXY, http://proxy.example:3128, https://huggingface.co/x, proxy.example:3128",
        "https_proxy, proxy.example:3128, https://huggingface.co/x, proxy.example:3128",
        "ALL_PROXY, http://user:p%40ss@proxy.example, https://huggingface.co/x, proxy.example:80",
        "HTTP_PROXY, http://proxy.example:3128, https://huggingface.co/x, none",
        "HTTP_PROXY, http://proxy.example:3128, http://mirror.example/x, proxy.example:3128",
        "HTTPS_PROXY, '', https://huggingface.co/x, none"
    })
    void theVariablesOfCurl(String name, String value, String url, String expected) {
        Proxy proxy = new EnvironmentProxies(Map.of(name, value))
                .select(URI.create(url))
                .getFirst();
        assertEquals(
                expected,
                proxy.address() instanceof InetSocketAddress address
                        ? address.getHostString() + ":" + address.getPort()
                        : "none");
    }

    @ParameterizedTest
    @CsvSource({
        "huggingface.co, false",
        ".co, false",
        "*.huggingface.co, false",
        "'a.example, HUGGINGFACE.CO', false",
        "*, false",
        "face.co, true",
        "cdn.huggingface.co, true",
        "'', true"
    })
    void exceptions(String list, boolean proxied) {
        EnvironmentProxies proxies =
                new EnvironmentProxies(Map.of("HTTPS_PROXY", "http://proxy.example:1", "NO_PROXY", list));
        assertEquals(proxied, proxies.isProxied(URI.create("https://huggingface.co/x")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"socks5://user:secret@proxy.example", "https://user:secret@proxy.example", "://secret"})
    void proxiesOfOtherKindsAreRefusedWithoutTheirPasswords(String value) {
        HubException e = assertThrows(
                HubException.class,
                () -> new EnvironmentProxies(Map.of("HTTPS_PROXY", value)).select(URI.create("https://x.example/")));
        assertFalse(e.getMessage().contains("secret"), e.getMessage());
    }

    /** The request reaches the proxy with the whole URL, and with credentials once the proxy requests them. */
    @Test
    void downloadsGoThroughTheProxy() throws IOException {
        byte[] content = random(100_000, 1);
        try (TestServer proxy = new TestServer((request, out) -> {
                    String credentials = request.headers().get("proxy-authorization");
                    if (credentials == null) {
                        TestServer.head(
                                out,
                                "407 Who are you",
                                "Proxy-Authenticate: Basic realm=\"proxy\"",
                                "Content-Length: 0");
                    } else {
                        assertEquals("Basic dXNlcjpwYTpzcw==", credentials);
                        TestServer.file(request, out, content, TAG);
                    }
                });
                TestServer nobody = new TestServer((request, out) -> out.close())) {
            Map<String, String> environment = Map.of("HTTP_PROXY", "http://user:pa%3Ass@127.0.0.1:" + proxy.port());
            fetch(store, nobody, known(content), options(environment, 2));
            assertEquals(0, nobody.requests().size());
            assertTrue(
                    proxy.requests().getFirst().path().startsWith(nobody.address()),
                    proxy.requests().getFirst().path());
        }
    }
}
