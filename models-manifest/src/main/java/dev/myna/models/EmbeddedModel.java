// SPDX-License-Identifier: Apache-2.0
package dev.myna.models;

import java.io.IOException;
import java.io.InputStream;

/** The small trained model that ships inside the jar: a decoder GGUF and its mmproj GGUF. */
public final class EmbeddedModel {
    private EmbeddedModel() {}

    /** The decoder GGUF. */
    public static InputStream decoder() throws IOException {
        return open("nano.gguf");
    }

    /** The vision GGUF. */
    public static InputStream mmproj() throws IOException {
        return open("nano-mmproj.gguf");
    }

    private static InputStream open(String name) throws IOException {
        // META-INF is no package name, so the resource is never encapsulated, in a module or in the single jar.
        InputStream stream = EmbeddedModel.class.getResourceAsStream("/META-INF/myna/nano/" + name);
        if (stream == null) {
            throw new IOException("this build carries no embedded model: META-INF/myna/nano/" + name + " is missing");
        }
        return stream;
    }
}
