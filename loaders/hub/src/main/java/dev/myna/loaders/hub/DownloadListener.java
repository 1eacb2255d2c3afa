// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

/** Whoever watches a download. What its methods throw ends the download, and what has arrived is kept. */
public interface DownloadListener {
    /**
     * Bytes have arrived.
     *
     * @param total 0 if it is not known yet
     */
    void arrived(long done, long total);

    /** Bytes have been compared with their digest. */
    void checked(long done, long total);

    /** Another process fetches the same file; called again and again. */
    void waiting();
}
