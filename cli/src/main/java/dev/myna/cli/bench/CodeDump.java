// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import dev.myna.engine.error.RequestException;
import dev.myna.kernels.CodeListener;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A folder with machine code for a disassembler: a file of bare bytes for each kernel, and a list of commands that show them. */
final class CodeDump implements CodeListener {
    /** A shell can run it. */
    private static final String INDEX = "objdump.sh";

    private final Path folder;
    private final String architecture;
    private final Map<String, byte[]> kernels = new LinkedHashMap<>();

    private CodeDump(Path folder, String architecture) {
        this.folder = folder;
        this.architecture = architecture;
    }

    /**
     * For code of this machine.
     *
     * @throws RequestException if the folder is not empty
     * @throws IOException if it is no folder, or cannot be made or written
     */
    static CodeDump into(Path folder) throws IOException {
        return into(folder, System.getProperty("os.arch"));
    }

    /** @param architecture as {@code os.arch} says it */
    static CodeDump into(Path folder, String architecture) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> there = Files.list(folder)) {
            if (there.findAny().isPresent()) {
                throw new RequestException(folder + " is not empty: name a new folder for --dump-code");
            }
        }
        if (!Files.isWritable(folder)) {
            throw new FileSystemException(folder.toString(), null, "no permission");
        }
        return new CodeDump(folder, architecture);
    }

    /** Devices that are opened one after the other have the same kernels: those count once. */
    @Override
    public synchronized void assembled(String name, MemorySegment code) {
        byte[] bytes = code.toArray(ValueLayout.JAVA_BYTE);
        String free = name;
        for (int i = 2; kernels.containsKey(free) && !Arrays.equals(kernels.get(free), bytes); i++) {
            free = name + " " + i;
        }
        kernels.putIfAbsent(free, bytes);
    }

    /**
     * Writes all that was heard.
     *
     * @return a line for people: what to do with it
     */
    synchronized String write() throws IOException {
        if (kernels.isEmpty()) {
            return "--dump-code: no machine code has run, so " + folder + " stays empty";
        }
        List<String> index = new ArrayList<>();
        String last = "";
        for (Map.Entry<String, byte[]> kernel : kernels.entrySet()) {
            String file = file(kernel.getKey());
            Files.write(folder.resolve(file), kernel.getValue());
            index.add(command() + " " + file + "  # " + kernel.getKey() + ", " + kernel.getValue().length + " bytes");
            last = file;
        }
        Files.write(folder.resolve(INDEX), index);
        return kernels.size() + " kernels in " + folder + "; its " + INDEX + " has a command for each, such as: "
                + command() + " " + folder.resolve(last);
    }

    /** Names differ in letters, digits and underscores. */
    private static String file(String kernel) {
        return kernel.replaceAll("[^A-Za-z0-9_]+", "-").replaceAll("^-|-$", "") + ".bin";
    }

    private String command() {
        return architecture.equals("aarch64")
                ? "aarch64-linux-gnu-objdump -D -b binary -m aarch64"
                : "objdump -D -b binary -m i386:x86-64 -M intel";
    }
}
