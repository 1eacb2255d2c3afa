// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.hub.HubClient.Response;
import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.loaders.hub.Transfer.RetryableException;
import java.io.IOException;
import java.net.URI;
import java.util.Locale;

/** Decides by status and headers whether an HTTP response can be used. */
final class ResponseCheck {
    private ResponseCheck() {}

    /**
     * Returns if a response holds the file, a part of it, or is 416.
     *
     * @throws RetryableException if a retry may succeed
     * @throws HubException if a retry cannot succeed
     */
    static void check(Response response, URI url, String name) throws IOException {
        String where = HubClient.shown(url) + ": ";
        switch (response.status()) {
            case 200, 206 -> requireFile(response, where, name);
            case 416 -> {}
            case 401, 403 ->
                throw new HubException(
                        Fault.DOWNLOAD,
                        where + "the server answers " + response.status()
                                + ": accept the model's terms on its page and put your token into HF_TOKEN"
                                + " (for a mirror: MYNA_MIRROR_TOKEN)");
            case 404, 410 ->
                throw new HubException(
                        Fault.DOWNLOAD, where + "the server has no such file (" + response.status() + ")");
            case 408, 425, 429, 500, 502, 503, 504 ->
                throw new RetryableException(
                        "the server answers " + response.status(), Transfer.retryAfter(response), null);
            default ->
                throw new HubException(
                        Fault.DOWNLOAD, where + "the server answers " + response.status() + ", which is no file");
        }
    }

    private static void requireFile(Response response, String where, String name) {
        String type = response.header("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        if (type.startsWith("text/html") && !name.endsWith(".html")) {
            throw new HubException(
                    Fault.DOWNLOAD,
                    where + "the server sends a web page instead of " + name
                            + ": is there a login, or a proxy's notice, in between?");
        }
        String encoding = response.header("Content-Encoding").orElse("identity").toLowerCase(Locale.ROOT);
        if (!encoding.equals("identity")) {
            throw new HubException(
                    Fault.DOWNLOAD, where + "the server sends " + name + " compressed, though it was asked not to");
        }
    }
}
