// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import java.util.Locale;

/** What this JVM runs on. */
final class Platform {
    private static final String SYSTEM = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    private static final String PROCESSOR = System.getProperty("os.arch");

    static final boolean WINDOWS = SYSTEM.startsWith("windows");
    static final boolean MAC = SYSTEM.startsWith("mac");
    static final boolean X64 = PROCESSOR.equals("amd64") || PROCESSOR.equals("x86_64");
    static final boolean ARM64 = PROCESSOR.equals("aarch64") || PROCESSOR.equals("arm64");

    private Platform() {}
}
