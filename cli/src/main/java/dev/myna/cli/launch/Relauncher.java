// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.launch;

import dev.myna.cli.system.Posix;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Restarts Java in place if this JVM lacks what plain {@code java -jar} cannot set: the Vector API in the boot layer, and a locale
 * with UTF-8 file names and arguments.
 */
public final class Relauncher {
    /** JVM flags that the engine needs. */
    public static final List<String> FLAGS = List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Dstdout.encoding=UTF-8",
            "-Dstderr.encoding=UTF-8",
            "-Djava.awt.headless=true");

    /**
     * Weights and activations live outside the Java heap, so a small young generation costs no speed: with the default
     * collector the first answer of the embedded model peaked at 425 MiB instead of 125.
     */
    public static final List<String> COLLECTOR_FLAGS = List.of("-XX:+UseSerialGC", "-Xmn32m");

    /**
     * The C2 compiler waits four times as long as by default: a first answer needs machine code that Myna writes, and plain loops.
     * Otherwise, compiling code that runs once takes a third of the processor time before the first token.
     *
     * <p>A loop on vectors is fast only after C2 has compiled it as a whole; before, every vector is an object and every operation a
     * call. So these loops are compiled ten times sooner than other code, and the Java code that stands in for vector operations,
     * of no use afterwards, ten times later.
     */
    public static final List<String> COMPILER_FLAGS = List.of(
            "-XX:Tier4InvocationThreshold=20000",
            "-XX:Tier4MinInvocationThreshold=2400",
            "-XX:Tier4CompileThreshold=60000",
            "-XX:Tier4BackEdgeThreshold=160000",
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=CompileThresholdScaling,dev/myna/kernels/cpu/Vector*.*,0.03",
            "-XX:CompileCommand=CompileThresholdScaling,dev/myna/kernels/cpu/AttentionTile.*,0.03",
            "-XX:CompileCommand=CompileThresholdScaling,jdk/incubator/vector/*.*,3.0",
            "-XX:CompileCommand=CompileThresholdScaling,jdk/internal/vm/vector/*.*,3.0");

    private static final Pattern COLLECTOR_CHOICE = Pattern.compile("-XX:\\+Use\\w*GC\\b");

    /** Variable with the process id of the restarting process. It prevents loops, and does not affect a Myna that another one starts. */
    public static final String GUARD = "MYNA_LAUNCHED";

    /** Value in Linux on every processor that Java 25 supports. */
    private static final int O_CLOEXEC = 0x80000;

    private static final Path PROC = Path.of("/proc/self");

    private Relauncher() {}

    /** Returns if this JVM is suitable; otherwise replaces it, or runs a suitable one and exits with its code. */
    public static void ensureSuitable(String[] args) {
        if (hasVectorModule() && hasUnicodeLocale()) {
            return;
        }
        if (!alreadyTried()) {
            replaceThisProcess(args);
            runChild(args);
        }
        if (!hasVectorModule()) {
            System.err.println("myna: Java could not be restarted with " + FLAGS.getFirst()
                    + ": running without the Vector API, which is slow");
        }
    }

    static boolean hasVectorModule() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    /** Whether file names and arguments are UTF-8. On other systems than Unix, no environment variable decides that. */
    public static boolean hasUnicodeLocale() {
        return !Posix.available() || "UTF-8".equalsIgnoreCase(System.getProperty("sun.jnu.encoding"));
    }

    private static boolean alreadyTried() {
        String guard = System.getenv(GUARD);
        ProcessHandle self = ProcessHandle.current();
        return guard != null
                && (guard.equals(Long.toString(self.pid()))
                        || guard.equals(self.parent()
                                .map(parent -> Long.toString(parent.pid()))
                                .orElse("")));
    }

    private static void replaceThisProcess(String[] args) {
        if (!Posix.available()) {
            return;
        }
        try {
            List<byte[]> command = commandLine(args);
            if (command.isEmpty()) {
                return;
            }
            closeInheritedFiles(args);
            String program = Files.exists(PROC) ? PROC.resolve("exe").toString() : javaProgram();
            Posix.execve(program, command, environment());
        } catch (Throwable e) {
            // Native access may be forbidden, or the C library may be unusual. A child process is the fallback.
        }
    }

    /** Variables that the new process needs in addition. */
    private static Map<String, String> changedVariables() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put(GUARD, Long.toString(ProcessHandle.current().pid()));
        if (!hasUnicodeLocale()) {
            variables.put("LC_ALL", "C.UTF-8");
        }
        return variables;
    }

    /** The present environment with {@link #changedVariables}. */
    private static List<byte[]> environment() throws IOException {
        List<byte[]> given = new ArrayList<>();
        if (Files.exists(PROC)) {
            // Raw bytes, as for the command line.
            given.addAll(splitAtNul(Files.readAllBytes(PROC.resolve("environ"))));
        } else {
            System.getenv().forEach((name, value) -> given.add((name + "=" + value).getBytes(StandardCharsets.UTF_8)));
        }
        return changed(given, changedVariables());
    }

    /** {@code environment} with some variables set. */
    static List<byte[]> changed(List<byte[]> environment, Map<String, String> variables) {
        List<byte[]> result = new ArrayList<>();
        for (byte[] entry : environment) {
            String name = new String(entry, StandardCharsets.ISO_8859_1).split("=", 2)[0];
            if (!variables.containsKey(name)) {
                result.add(entry);
            }
        }
        variables.forEach((name, value) -> result.add((name + "=" + value).getBytes(StandardCharsets.US_ASCII)));
        return result;
    }

    /** The present command line with Myna's flags before the user's flags, so that the latter win; empty if it is not known. */
    private static List<byte[]> commandLine(String[] args) throws IOException {
        List<byte[]> command;
        if (Files.exists(PROC)) {
            if (!Files.readSymbolicLink(PROC.resolve("exe")).endsWith("java")) {
                return List.of();
            }
            // Raw bytes: in the C locale, decoded arguments have lost their non-ASCII letters.
            command = splitAtNul(Files.readAllBytes(PROC.resolve("cmdline")));
        } else {
            command = new ArrayList<>();
            childCommand(args).forEach(argument -> command.add(argument.getBytes(StandardCharsets.UTF_8)));
            return command;
        }
        command.addAll(
                1,
                flags(command.stream()
                                .map(part -> new String(part, StandardCharsets.ISO_8859_1))
                                .toList())
                        .stream()
                        .map(flag -> flag.getBytes(StandardCharsets.US_ASCII))
                        .toList());
        return command;
    }

    /** Myna's flags and those of the class archive, without a collector if the user chooses one: the JVM does not start with two. */
    public static List<String> flags(List<String> given) {
        List<String> everywhere = new ArrayList<>(given);
        everywhere.add(System.getenv().getOrDefault("JDK_JAVA_OPTIONS", ""));
        everywhere.add(System.getenv().getOrDefault("JAVA_TOOL_OPTIONS", ""));
        List<String> flags = new ArrayList<>(FLAGS);
        flags.addAll(COMPILER_FLAGS);
        if (everywhere.stream().noneMatch(flag -> COLLECTOR_CHOICE.matcher(flag).find())) {
            flags.addAll(COLLECTOR_FLAGS);
        }
        ClassArchive.ofProcess().ifPresent(archive -> flags.addAll(archive.flags(everywhere)));
        return flags;
    }

    /** {@code given} without the flags of this class: the flags of the user. Each start chooses its class archive. */
    public static List<String> withoutOwnFlags(List<String> given) {
        return given.stream()
                .filter(flag -> !FLAGS.contains(flag)
                        && !COMPILER_FLAGS.contains(flag)
                        && !COLLECTOR_FLAGS.contains(flag)
                        && !ClassArchive.isFlag(flag)
                        && !flag.startsWith("-XX:AOT"))
                .toList();
    }

    static List<byte[]> splitAtNul(byte[] bytes) {
        List<byte[]> parts = new ArrayList<>();
        ByteArrayOutputStream part = new ByteArrayOutputStream();
        for (byte b : bytes) {
            if (b == 0) {
                parts.add(part.toByteArray());
                part.reset();
            } else {
                part.write(b);
            }
        }
        return parts;
    }

    /**
     * Closes jars and module files of the old process on exec. Pipes, and descriptors in the arguments ({@code <(command)} of a shell),
     * stay open.
     */
    private static void closeInheritedFiles(String[] args) throws Throwable {
        Path folder = Path.of(Files.exists(PROC) ? "/proc/self/fd" : "/dev/fd");
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(folder)) {
            for (Path descriptor : descriptors) {
                int number = Integer.parseInt(descriptor.getFileName().toString());
                if (number > 2 && !names(args, number) && isFile(descriptor) && !closesOnExec(number)) {
                    Posix.closeOnExec(number);
                }
            }
        }
    }

    /** Whether an argument, or the value in one ({@code --image=/dev/fd/3}), is a descriptor. */
    static boolean names(String[] args, int descriptor) {
        Pattern name = Pattern.compile("/(dev|proc/self)/fd/" + descriptor + "$");
        return Arrays.stream(args).anyMatch(arg -> name.matcher(arg).find());
    }

    /** Whether the descriptor closes on exec already, as most of the JVM do; false if it is not known. */
    private static boolean closesOnExec(int descriptor) {
        try {
            return Files.readAllLines(PROC.resolve("fdinfo").resolve(Integer.toString(descriptor))).stream()
                    .filter(line -> line.startsWith("flags:"))
                    .anyMatch(line -> (Integer.parseInt(line.substring(6).strip(), 8) & O_CLOEXEC) != 0);
        } catch (IOException | NumberFormatException e) {
            return false;
        }
    }

    private static boolean isFile(Path descriptor) {
        try {
            return !Files.isSymbolicLink(descriptor)
                    || Files.readSymbolicLink(descriptor).isAbsolute();
        } catch (IOException e) {
            return false;
        }
    }

    private static void runChild(String[] args) {
        try {
            ProcessBuilder builder = new ProcessBuilder(childCommand(args)).inheritIO();
            builder.environment().putAll(changedVariables());
            Process child = builder.start();
            // Ctrl-C reaches both processes. This one must outlive the child, to return its exit code.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> await(child)));
            System.exit(await(child));
        } catch (IOException e) {
            System.err.println("myna: cannot start " + javaProgram() + ": " + e.getMessage());
        }
    }

    private static int await(Process child) {
        while (true) {
            try {
                return child.waitFor();
            } catch (InterruptedException e) {
                child.destroy();
            }
        }
    }

    private static List<String> childCommand(String[] args) {
        List<String> command = new ArrayList<>();
        command.add(javaProgram());
        List<String> given = ManagementFactory.getRuntimeMXBean().getInputArguments();
        command.addAll(flags(given));
        command.addAll(given);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.myna.cli.Launcher"));
        command.addAll(List.of(args));
        return command;
    }

    public static String javaProgram() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
