// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Facts about this machine and process. */
public final class HostFacts {
    private static final long KIB = 1024;

    private HostFacts() {}

    /** Peak resident memory of this process, in bytes, if it is known. */
    public static Optional<Long> peakMemory() {
        return kibibytes("/proc/self/status", "VmHWM:");
    }

    /** Available memory of the system, in bytes, if it is known. */
    public static Optional<Long> availableMemory() {
        return kibibytes("/proc/meminfo", "MemAvailable:");
    }

    /** Total memory of the machine, in bytes, if it is known. */
    public static Optional<Long> totalMemory() {
        return kibibytes("/proc/meminfo", "MemTotal:");
    }

    /** The processor's name, if it is known. */
    public static Optional<String> processor() {
        return line("/proc/cpuinfo", "model name")
                .map(text -> text.substring(text.indexOf(':') + 1).strip());
    }

    private static Optional<Long> kibibytes(String file, String key) {
        return line(file, key).map(text -> Long.parseLong(text.replaceAll("[^0-9]", "")) * KIB);
    }

    private static Optional<String> line(String file, String key) {
        try {
            return Files.readAllLines(Path.of(file)).stream()
                    .filter(text -> text.startsWith(key))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
