// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import dev.myna.kernels.Device;
import dev.myna.kernels.ProgramCache;
import dev.myna.kernels.devices.Devices;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/** The OpenCL device of this machine, for tests that are marked {@link NeedsOpenCl}. */
public final class OpenCl {
    private OpenCl() {}

    /** Opens the device; for tests that are marked {@link NeedsOpenCl}. */
    public static Device open() {
        return Devices.openCl(OptionalInt.empty(), ProgramCache.NONE);
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
