// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

/** Receives the progress of a download. An exception of one of its methods ends the download; received bytes are kept. */
public interface DownloadListener {
    /**
     * Bytes have arrived.
     *
     * @param total size of the file, 0 if it is not known yet
     */
    void arrived(long done, long total);

    /** Bytes have been compared with their digest. */
    void checked(long done, long total);

    /** Another process is fetching the same file; called repeatedly while this one waits. */
    void waiting();
}
