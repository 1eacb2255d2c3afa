// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import dev.myna.cli.serve.http.Limits;
import dev.myna.engine.GenerationOptions;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Consumer;

/**
 * How to serve a model.
 *
 * @param address to listen at
 * @param port 0 for any that is free
 * @param hosts names of the server besides {@code localhost}
 * @param keys of which a client must send one; empty if no key is needed
 * @param model the model's id
 * @param aliases other ids that clients may use
 * @param defaults sampling options of requests
 * @param seed of requests without one, or null to draw one for each
 * @param orientation whether images are turned as their EXIF data say
 * @param limits on clients
 * @param version of this program
 * @param firstAnswer runs before the first request is processed
 * @param log receives one line per request, without content
 * @param problems receives internal errors
 */
public record ServerSettings(
        InetAddress address,
        int port,
        List<String> hosts,
        List<String> keys,
        String model,
        List<String> aliases,
        GenerationOptions defaults,
        Long seed,
        Orientation orientation,
        Limits limits,
        String version,
        Runnable firstAnswer,
        Consumer<String> log,
        Consumer<Throwable> problems) {
    public ServerSettings {
        hosts = List.copyOf(hosts);
        keys = List.copyOf(keys);
        aliases = List.copyOf(aliases);
    }

    /** Whether a client may use this name for the model. */
    boolean serves(String name) {
        return name.equals(model) || aliases.contains(name);
    }
}
