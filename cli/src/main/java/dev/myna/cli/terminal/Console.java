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
 * The three standard streams and whether people are behind them. stdout carries answers only; everything else goes to stderr.
 *
 * @param in stdin
 * @param out stdout
 * @param err stderr, UTF-8
 * @param inputIsTerminal whether a person types stdin
 * @param outputIsTerminal whether a person reads stdout
 */
public record Console(InputStream in, Output out, PrintStream err, boolean inputIsTerminal, boolean outputIsTerminal) {

    /** As wide as lines of text can be read with ease. */
    private static final int WIDTH = 100;

    /** Narrower, names and descriptions of options would not stand beside each other. */
    private static final int NARROWEST = 72;

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

    /** One line saying what went wrong. */
    public void error(String message) {
        err.println("myna: " + Controls.oneLine(message));
    }

    /** One line worth knowing. */
    public void note(String message) {
        error(message);
    }

    /** A stack trace, for {@code --debug}. */
    public void trace(Throwable problem) {
        problem.printStackTrace(err);
    }

    public PrintWriter errorWriter() {
        return new PrintWriter(err, true);
    }

    /** Columns to write help in: those of the terminal if it is narrower than usual. */
    public int width(Map<String, String> environment) {
        int columns = outputIsTerminal ? columns(environment) : WIDTH;
        return Math.clamp(columns, NARROWEST, WIDTH);
    }

    private static int columns(Map<String, String> environment) {
        String told = environment.getOrDefault("COLUMNS", "");
        return told.matches("[1-9][0-9]{0,5}")
                ? Integer.parseInt(told)
                : Posix.columns(1).orElse(WIDTH);
    }

    /** Whether help and errors are coloured: {@code --color} decides, then the terminal, NO_COLOR, CLICOLOR and TERM. */
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
