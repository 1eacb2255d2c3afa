// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm;

import java.util.Locale;

/** The operating system and the processor architecture that this JVM runs on. */
public final class Platform {
    private static final String SYSTEM = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    private static final String PROCESSOR = System.getProperty("os.arch");

    public static final boolean WINDOWS = SYSTEM.startsWith("windows");
    public static final boolean MAC = SYSTEM.startsWith("mac");
    public static final boolean X64 = PROCESSOR.equals("amd64") || PROCESSOR.equals("x86_64");
    public static final boolean ARM64 = PROCESSOR.equals("aarch64") || PROCESSOR.equals("arm64");

    private Platform() {}
}
