// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

/** Exit codes, the same for every command. */
final class ExitCode {
    static final int OK = 0;
    static final int GENERATION = 1;
    static final int USAGE = 2;
    static final int ENVIRONMENT = 3;
    static final int MODEL = 4;
    static final int IMAGE = 5;
    static final int DOWNLOAD = 6;
    static final int CHECKSUM = 7;
    static final int MEMORY = 8;
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
