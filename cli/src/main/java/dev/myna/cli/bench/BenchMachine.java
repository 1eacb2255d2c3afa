// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import dev.myna.cli.system.HostFacts;
import dev.myna.cli.system.Version;
import dev.myna.kernels.devices.Devices;
import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * The machine and the software of a measurement.
 *
 * @param processor its name
 * @param processors processors that this process may use
 * @param system operating system and architecture
 * @param java version and virtual machine
 * @param jvmFlags flags this JVM was started with
 * @param vectors implementation and vector width
 * @param version of Myna
 */
record BenchMachine(
        String processor,
        int processors,
        String system,
        String java,
        List<String> jvmFlags,
        String vectors,
        String version) {

    static BenchMachine here() {
        return new BenchMachine(
                HostFacts.processor().orElse("unknown processor"),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                System.getProperty("java.runtime.version") + " " + System.getProperty("java.vm.name"),
                List.copyOf(ManagementFactory.getRuntimeMXBean().getInputArguments()),
                Devices.describeCpu(),
                Version.withCommit());
    }

    /** All but the flags, on one line. */
    String line() {
        return processor + " x " + processors + ", " + vectors + ", " + system + ", Java " + java + ", myna " + version;
    }
}
