// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.terminal;

import dev.myna.cli.system.Posix;
import dev.myna.cli.text.Controls;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import picocli.CommandLine.Help.Ansi;

/**
 * The three standard streams, and whether they are terminals. stdout carries answers only; everything else goes to stderr.
 *
 * @param in stdin
 * @param out stdout
 * @param err stderr, UTF-8
 * @param inputIsTerminal whether stdin is a terminal
 * @param outputIsTerminal whether stdout is a terminal
 */
public record Console(InputStream in, Output out, PrintStream err, boolean inputIsTerminal, boolean outputIsTerminal) {

    /** Max. width of help texts. */
    private static final int WIDTH = 100;

    /** Min. width, for names and descriptions of options side by side. */
    private static final int MIN_WIDTH = 72;

    /** This process's streams. */
    public static Console ofProcess() {
        boolean outputIsTerminal = Posix.isTerminal(1);
        return new Console(
                Posix.isClosed(0) ? InputStream.nullInputStream() : System.in,
                new Output(new FileOutputStream(FileDescriptor.out), outputIsTerminal),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                Posix.isTerminal(0),
                outputIsTerminal);
    }

    /** Prints an error in one line. */
    public void error(String message) {
        err.println("myna: " + Controls.oneLine(message));
    }

    /** Prints a note in one line. */
    public void note(String message) {
        error(message);
    }

    /** Prints a stack trace, for {@code --debug}. */
    public void trace(Throwable problem) {
        problem.printStackTrace(err);
    }

    public PrintWriter errorWriter() {
        return new PrintWriter(err, true);
    }

    /** Columns for help texts: those of the terminal, within bounds. */
    public int width(Map<String, String> environment) {
        int columns = outputIsTerminal ? columns(environment) : WIDTH;
        return Math.clamp(columns, MIN_WIDTH, WIDTH);
    }

    private static int columns(Map<String, String> environment) {
        String given = environment.getOrDefault("COLUMNS", "");
        return given.matches("[1-9][0-9]{0,5}")
                ? Integer.parseInt(given)
                : Posix.columns(1).orElse(WIDTH);
    }

    /** Whether help and errors have colours: by {@code --color}, then by the terminal, NO_COLOR, CLICOLOR and TERM. */
    public Ansi colors(String[] args) {
        String last = Arrays.stream(args)
                .filter(arg -> arg.startsWith("--color="))
                .map(arg -> arg.substring("--color=".length()))
                .reduce("auto", (first, second) -> second);
        if (last.equals("always")) {
            return Ansi.ON;
        }
        boolean possible = outputIsTerminal && !"dumb".equals(System.getenv("TERM"));
        return last.equals("never") || !possible ? Ansi.OFF : Ansi.AUTO;
    }
}
