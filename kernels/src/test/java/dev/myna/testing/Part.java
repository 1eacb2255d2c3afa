// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import dev.myna.kernels.DeviceException;
import dev.myna.kernels.devices.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What some tests need and a machine may lack: how to find out, and how to get it. */
public enum Part {
    OPENCL("PoCL computes on the CPU (Debian: apt-get install pocl-opencl-icd)") {
        @Override
        Optional<String> findAbsence() {
            try {
                return Devices.openClDevices().isEmpty() ? Optional.of("no OpenCL device") : Optional.empty();
            } catch (DeviceException e) {
                return Optional.of(e.getMessage());
            }
        }
    },
    CHROMIUM("install it (Debian: apt-get install chromium), or name it with -Dmyna.chromium=PROGRAM") {
        @Override
        Optional<String> findAbsence() {
            return Chromium.program().isPresent() ? Optional.empty() : Optional.of("no Chromium");
        }
    },
    TMPFS("run the tests as the superuser of Linux") {
        @Override
        Optional<String> findAbsence() {
            return mountable() ? Optional.empty() : Optional.of("no tmpfs can be mounted");
        }
    },
    SUPERUSER("run the tests as the superuser") {
        @Override
        Optional<String> findAbsence() {
            return givesFilesAway() ? Optional.empty() : Optional.of("only the superuser gives files away");
        }
    },
    NPM("install Node.js 20 and npm, and allow packages to be fetched from npm's registry with -Dmyna.npm=true") {
        @Override
        Optional<String> findAbsence() {
            if (!Boolean.getBoolean("myna.npm")) {
                return Optional.of("not on this machine: fetching npm packages is not allowed");
            }
            return runs("node", "--version") && runs("npm", "--version")
                    ? Optional.empty()
                    : Optional.of("not on this machine: no npm");
        }
    },
    GOLDEN("set -Dmyna.golden=DIR to the folder of golden vectors") {
        @Override
        Optional<String> findAbsence() {
            return Files.isDirectory(Golden.folder())
                    ? Optional.empty()
                    : Optional.of("no golden vectors in " + Golden.folder());
        }
    };

    private final String remedy;
    private Optional<String> absence;

    Part(String remedy) {
        this.remedy = remedy;
    }

    abstract Optional<String> findAbsence();

    /** Why the part is absent, with what to do; empty where it is there. Looked up once. */
    synchronized Optional<String> absence() {
        if (absence == null) {
            absence = findAbsence().map(reason -> reason + ": " + remedy);
        }
        return absence;
    }

    private static boolean mountable() {
        Path folder = null;
        try {
            folder = Files.createTempDirectory("myna-mount");
            boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.toString());
            return mounted && run("umount", folder.toString());
        } catch (IOException e) {
            return false;
        } finally {
            if (folder != null) {
                folder.toFile().delete();
            }
        }
    }

    private static boolean givesFilesAway() {
        Path file = null;
        try {
            file = Files.createTempFile("myna-owner", "");
            Files.setAttribute(file, "unix:uid", 54321);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        } finally {
            if (file != null) {
                file.toFile().delete();
            }
        }
    }

    private static boolean runs(String... command) {
        try {
            return run(command);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean run(String... command) throws IOException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
