// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import java.nio.file.Path;
import java.util.Map;

/** The folder for things that can be made again. */
final class CacheFolder {
    private CacheFolder() {}

    /** Myna's own folder; it need not exist. */
    static Path path() {
        return path(System.getenv());
    }

    /** The same for an environment. */
    static Path path(Map<String, String> environment) {
        String own = environment.get("MYNA_CACHE");
        if (own != null && !own.isBlank()) {
            return Path.of(own).toAbsolutePath();
        }
        String cache = environment.get("XDG_CACHE_HOME");
        if (cache != null && Path.of(cache).isAbsolute()) {
            return Path.of(cache, "myna");
        }
        String local = environment.get("LOCALAPPDATA");
        return local != null
                ? Path.of(local, "myna", "cache")
                : Path.of(System.getProperty("user.home"), ".cache", "myna");
    }
}
