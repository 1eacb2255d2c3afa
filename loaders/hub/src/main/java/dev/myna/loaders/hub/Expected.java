// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.hub.HubException.Fault;

/** What is known about a file before it is downloaded. */
record Expected(HubFile file) {
    /** Approximate sizes have two digits at least. */
    private static final double TOLERANCE = 0.06;

    /**
     * Checks the length that a server announces.
     *
     * @throws HubException if the length cannot be that of the file
     */
    void check(long announced) {
        if (announced < 1) {
            throw new HubException(Fault.DOWNLOAD, file.name() + ": the server says that the file is empty");
        }
        if (file.size().isPresent()) {
            long size = file.size().getAsLong();
            if (announced != size) {
                throw new HubException(
                        Fault.CHECKSUM,
                        file.name() + ": the server's file has " + announced + " bytes, the right one " + size);
            }
        } else if (file.approximateSize().isPresent()) {
            long size = file.approximateSize().getAsLong();
            if (Math.abs((double) announced - size) > Math.max(size * TOLERANCE, 512)) {
                throw new HubException(
                        Fault.CHECKSUM,
                        file.name() + ": the server's file has " + announced + " bytes, the right one about " + size);
            }
        }
    }
}
