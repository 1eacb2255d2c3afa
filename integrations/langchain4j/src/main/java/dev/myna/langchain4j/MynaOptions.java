// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.myna.engine.GenerationOptions;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import java.util.List;
import java.util.Objects;

/**
 * How a chat model behaves where a request does not say.
 *
 * @param modelName what responses call the model; a request that names another one is refused
 * @param generation of requests that do not say otherwise; for the seed, min-p and others without a name in langchain4j, requests say it
 *     with {@link MynaRequestParameters}
 * @param orientation whether images are turned upright as their EXIF data say; the published pipelines do not
 * @param remoteImages fetches images named by a remote address, or null to refuse them
 * @param listeners are told of requests, responses and errors
 */
public record MynaOptions(
        String modelName,
        GenerationOptions generation,
        Orientation orientation,
        RemoteImages remoteImages,
        List<ChatModelListener> listeners) {
    public MynaOptions {
        Objects.requireNonNull(modelName);
        Objects.requireNonNull(generation);
        Objects.requireNonNull(orientation);
        listeners = List.copyOf(listeners);
    }

    /** A model called {@code myna}, greedy answers of at most 512 tokens, images upright, no remote ones, no listeners. */
    public static MynaOptions defaults() {
        return new MynaOptions("myna", GenerationOptions.greedy(), Orientation.APPLY, null, List.of());
    }

    public MynaOptions withModelName(String name) {
        return new MynaOptions(name, generation, orientation, remoteImages, listeners);
    }

    public MynaOptions withGeneration(GenerationOptions options) {
        return new MynaOptions(modelName, options, orientation, remoteImages, listeners);
    }

    public MynaOptions withOrientation(Orientation value) {
        return new MynaOptions(modelName, generation, value, remoteImages, listeners);
    }

    public MynaOptions withRemoteImages(RemoteImages images) {
        return new MynaOptions(modelName, generation, orientation, images, listeners);
    }

    public MynaOptions withListeners(ChatModelListener... all) {
        return new MynaOptions(modelName, generation, orientation, remoteImages, List.of(all));
    }
}
