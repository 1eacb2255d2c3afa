// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.Interruption;
import dev.myna.cli.terminal.Output;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Runs the command line in this process and keeps what it wrote. */
public record Captured(int code, String out, String err) {

    public static Captured run(String... args) {
        return runWith(new byte[0], args);
    }

    public static Captured runWith(byte[] stdin, String... args) {
        return runIn(System.getenv(), stdin, args);
    }

    /** In another environment. */
    public static Captured runIn(Map<String, String> environment, byte[] stdin, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                new ByteArrayInputStream(stdin),
                new Output(out, false),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false);
        return new Captured(
                runOn(console, environment, args),
                out.toString(StandardCharsets.UTF_8),
                err.toString(StandardCharsets.UTF_8));
    }

    /** Runs the command line on streams of the caller's and returns the exit code. */
    public static int runOn(Console console, Map<String, String> environment, String... args) {
        return Main.run(args, console, new Interruption(), environment);
    }
}
