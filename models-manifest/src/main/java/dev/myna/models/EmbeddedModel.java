// SPDX-License-Identifier: Apache-2.0
package dev.myna.models;

import java.io.IOException;
import java.io.InputStream;

/** The small trained model that ships inside the jar: a decoder GGUF and its mmproj GGUF. */
public final class EmbeddedModel {
    // META-INF is no package name, so the resources are never encapsulated, in a module or in the single jar.

    /** Name of the decoder GGUF in the jar. */
    public static final String DECODER = "META-INF/myna/nano/nano.gguf";

    /** Name of the vision GGUF in the jar. */
    public static final String MMPROJ = "META-INF/myna/nano/nano-mmproj.gguf";

    private EmbeddedModel() {}

    /** The decoder GGUF. */
    public static InputStream decoder() throws IOException {
        return open(DECODER);
    }

    /** The vision GGUF. */
    public static InputStream mmproj() throws IOException {
        return open(MMPROJ);
    }

    /**
     * One of the two.
     *
     * @param name {@link #DECODER} or {@link #MMPROJ}
     */
    public static InputStream open(String name) throws IOException {
        InputStream stream = EmbeddedModel.class.getResourceAsStream("/" + name);
        if (stream == null) {
            throw new IOException("this build carries no embedded model: " + name + " is missing");
        }
        return stream;
    }
}
