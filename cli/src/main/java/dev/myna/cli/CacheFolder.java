// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import java.nio.file.Path;

/** The folder for things that can be made again. */
final class CacheFolder {
    private CacheFolder() {}

    /** Myna's own folder; it need not exist. */
    static Path path() {
        String cache = System.getenv("XDG_CACHE_HOME");
        if (cache != null && Path.of(cache).isAbsolute()) {
            return Path.of(cache, "myna");
        }
        String local = System.getenv("LOCALAPPDATA");
        return local != null
                ? Path.of(local, "myna", "cache")
                : Path.of(System.getProperty("user.home"), ".cache", "myna");
    }
}
