// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Locale;

/** Whether the system has an OpenCL library. JOCL writes to stderr if the library is missing. */
final class ClLibrary {
    private ClLibrary() {}

    static boolean isPresent() {
        return names(System.getProperty("os.name")).stream().anyMatch(ClLibrary::loads);
    }

    /** The names that JOCL tries. */
    private static List<String> names(String system) {
        String name = system.toLowerCase(Locale.ROOT);
        if (name.contains("windows")) {
            return List.of("OpenCL.dll");
        }
        return name.contains("mac")
                ? List.of("/System/Library/Frameworks/OpenCL.framework/Versions/Current/OpenCL", "libOpenCL.dylib")
                : List.of("libOpenCL.so.1", "libOpenCL.so");
    }

    private static boolean loads(String name) {
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup.libraryLookup(name, arena);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
