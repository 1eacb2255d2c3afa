// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Runs the command line in this process and keeps what it wrote. */
record Captured(int code, String out, String err) {

    static Captured run(String... args) {
        return runWith(new byte[0], args);
    }

    static Captured runWith(byte[] stdin, String... args) {
        return runIn(System.getenv(), stdin, args);
    }

    /** In another environment. */
    static Captured runIn(Map<String, String> environment, byte[] stdin, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                new ByteArrayInputStream(stdin),
                new Output(out, false),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false);
        int code = Main.run(args, console, new Interruption(), environment);
        return new Captured(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
