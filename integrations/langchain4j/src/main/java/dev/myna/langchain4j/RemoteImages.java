// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import java.io.IOException;
import java.net.URI;

/**
 * Fetches images that a message names by a remote address. Myna fetches nothing by itself: whoever gives such a function decides
 * which addresses may be asked and how much they may send.
 */
@FunctionalInterface
public interface RemoteImages {

    /**
     * The encoded image at an address.
     *
     * @param address of any scheme but {@code data} and {@code file}
     * @throws IOException if it cannot be had; the message is shown to the caller of the chat model
     */
    byte[] fetch(URI address) throws IOException;
}
