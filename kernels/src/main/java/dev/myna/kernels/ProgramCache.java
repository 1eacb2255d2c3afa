// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import java.util.Optional;

/**
 * Keeps compiled device programs between runs. The reader checks contents, so a cache may lose or damage entries; it must not throw
 * because of that.
 */
public interface ProgramCache {
    /** Keeps nothing. */
    ProgramCache NONE = new ProgramCache() {
        @Override
        public Optional<byte[]> find(String key) {
            return Optional.empty();
        }

        @Override
        public void store(String key, byte[] program) {}
    };

    /**
     * The program stored under a key.
     *
     * @param key 64 hexadecimal digits
     */
    Optional<byte[]> find(String key);

    /** Keeps a program, replacing what was stored under the key. */
    void store(String key, byte[] program);
}
