// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

/**
 * Entry point of the jar. It is compiled for Java 8, so that any Java can load it: an older Java prints one line that says what to
 * install, instead of an UnsupportedClassVersionError. Everything else is in {@link Main}, which the JVM loads only when it is
 * called.
 */
public final class Launcher {
    /** Older 25 releases can move pinned heap objects (JDK-8377811). */
    private static final int[] NEEDED = {25, 0, 3};

    private static final int ENVIRONMENT = 3;

    private Launcher() {}

    public static void main(String[] args) {
        String version = System.getProperty("java.version", "unknown");
        if (!suitable(version)) {
            System.err.println("myna: needs Java 25.0.3 or newer, but " + System.getProperty("java.home") + " is Java "
                    + version + ": install a JDK 25 (for example Temurin, https://adoptium.net) and run it with that");
            System.exit(ENVIRONMENT);
        }
        Main.start(args);
    }

    /** Whether a {@code java.version} such as {@code 25.0.3}, {@code 26-ea} or {@code 1.8.0_412} is new enough. */
    static boolean suitable(String version) {
        String[] parts = version.replaceFirst("[^0-9.].*", "").split("\\.");
        for (int i = 0; i < NEEDED.length; i++) {
            int have = i < parts.length && !parts[i].isEmpty() ? Integer.parseInt(parts[i]) : 0;
            if (have != NEEDED[i]) {
                return have > NEEDED[i];
            }
        }
        return true;
    }
}
