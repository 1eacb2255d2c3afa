// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import dev.myna.kernels.Device;
import dev.myna.kernels.DeviceException;
import dev.myna.kernels.Devices;
import dev.myna.kernels.ProgramCache;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assumptions;

/** The OpenCL device of this machine. Tests that need one are skipped, loudly, where there is none. */
public final class OpenCl {
    private OpenCl() {}

    /** Opens the device; skips the calling test when there is none. */
    public static Device open() {
        return open(ProgramCache.NONE);
    }

    /** As {@link #open()}, with a place for programs. */
    public static Device open(ProgramCache cache) {
        requireDevice();
        return Devices.openCl(OptionalInt.empty(), cache);
    }

    /** Skips the calling test when there is no device. */
    public static void requireDevice() {
        Optional<String> absence = absence();
        if (absence.isPresent()) {
            System.err.println("SKIPPED: " + absence.get() + " (Debian: apt-get install pocl-opencl-icd)");
            Assumptions.abort(absence.get());
        }
    }

    private static Optional<String> absence() {
        try {
            return Devices.openClDevices().isEmpty() ? Optional.of("no OpenCL device") : Optional.empty();
        } catch (DeviceException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** Programs kept in memory. */
    public static final class Programs implements ProgramCache {
        private final ConcurrentHashMap<String, byte[]> programs = new ConcurrentHashMap<>();
        private int hits;

        @Override
        public synchronized Optional<byte[]> find(String key) {
            Optional<byte[]> found = Optional.ofNullable(programs.get(key));
            hits += found.isPresent() ? 1 : 0;
            return found;
        }

        @Override
        public void store(String key, byte[] program) {
            programs.put(key, program);
        }

        /** How often a program was found. */
        public synchronized int hits() {
            return hits;
        }

        /** What is kept; may be changed. */
        public ConcurrentHashMap<String, byte[]> contents() {
            return programs;
        }
    }
}
