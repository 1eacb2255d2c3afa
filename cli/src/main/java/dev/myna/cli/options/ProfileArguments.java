// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.options;

import dev.myna.cli.system.Posix;
import dev.myna.cli.terminal.Console;
import dev.myna.engine.error.RequestException;
import dev.myna.kernels.CodeListener;
import java.io.IOException;
import picocli.CommandLine.Option;

/** Options for profilers, and listeners for machine code. */
public final class ProfileArguments {
    /** Hidden, to keep the help text short; docs/profiling.md describes it. */
    @Option(
            names = "--perf-map",
            hidden = true,
            description = "write /tmp/perf-PID.map, in which perf finds names for code made at run time")
    boolean perfMap;

    /** Another listener, besides the map. */
    public CodeListener also = CodeListener.NONE;

    private PerfMap map;

    /**
     * The listener for machine code. The first call begins the map, if {@code --perf-map} is given.
     *
     * @throws RequestException if the JVM would overwrite the map
     * @throws IOException if it cannot be written
     */
    public CodeListener listener(Console console) throws IOException {
        if (perfMap && !Posix.available()) {
            console.note("--perf-map has no effect on this system: no profiler reads such files here");
            return also;
        }
        if (perfMap && map == null) {
            map = PerfMap.ofProcess(console);
        }
        if (map == null) {
            return also;
        }
        return (name, code) -> {
            map.assembled(name, code);
            also.assembled(name, code);
        };
    }
}
