// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.fuzz;

import java.io.IOException;

/** What Jazzer calls: {@code --target_class=dev.myna.bench.fuzz.FuzzRunner --target_args=NAME}. */
public final class FuzzRunner {
    private static FuzzTarget target;

    private FuzzRunner() {}

    /** @param args the name of a {@link FuzzTarget} */
    public static void fuzzerInitialize(String[] args) {
        target = FuzzTarget.valueOf(args[0]);
    }

    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        target.run(data);
    }
}
