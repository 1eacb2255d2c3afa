// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The browser of this machine in which pages are tested. */
public final class Chromium {
    private Chromium() {}

    /** The program: {@code -Dmyna.chromium}, else the first of the usual places. */
    public static Optional<Path> program() {
        return Stream.of(
                        System.getProperty("myna.chromium", "/usr/bin/chromium"),
                        "/usr/bin/chromium-browser",
                        "/usr/bin/google-chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }
}
