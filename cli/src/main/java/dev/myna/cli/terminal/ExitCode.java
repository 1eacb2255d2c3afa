// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.terminal;

/** Exit codes, the same for every command. */
public final class ExitCode {
    public static final int OK = 0;
    public static final int GENERATION = 1;
    public static final int USAGE = 2;
    public static final int ENVIRONMENT = 3;
    public static final int MODEL = 4;
    public static final int IMAGE = 5;
    public static final int DOWNLOAD = 6;
    public static final int CHECKSUM = 7;
    static final int MEMORY = 8;
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
