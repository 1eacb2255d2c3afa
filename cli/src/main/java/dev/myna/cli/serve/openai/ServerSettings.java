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
 * @param hosts names besides {@code localhost} that the server goes by
 * @param keys of which a client must bring one; empty if everybody may ask
 * @param model the model's id
 * @param aliases other ids that clients may ask for
 * @param defaults of requests that do not say how tokens are chosen
 * @param seed of requests that name none, or null to draw one for each
 * @param orientation whether images are turned as their EXIF data say
 * @param limits on what clients may take
 * @param version of this program
 * @param firstAnswer is run when the first request is about to be worked on
 * @param log takes one line a request, without content; null for none
 * @param problems takes what went wrong in here and is not told to clients
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

    /** Whether a client may mean this model. */
    boolean serves(String name) {
        return name.equals(model) || aliases.contains(name);
    }
}
