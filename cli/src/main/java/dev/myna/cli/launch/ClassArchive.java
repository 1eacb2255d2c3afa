// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.launch;

import dev.myna.cli.system.UserFolders;
import dev.myna.cli.system.UserPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A file in which the JVM keeps Myna's classes loaded, checked and linked (class-data sharing, {@code -XX:SharedArchiveFile}), so
 * that a later start need not do it again. The JVM itself refuses one that was made by another JVM or from another jar.
 *
 * <p>The variable {@code MYNA_AOT} says where it is; {@code off} means nowhere. Without the variable it lies in the user's cache
 * folder, or nowhere if there is none. Removing the file at any time is safe.
 *
 * @param file where the archive is or would be
 * @param jar what it is made from
 */
public record ClassArchive(Path file, Path jar) {
    public static final String SWITCH = "MYNA_AOT";

    /** Tells the started JVM, and so {@code doctor}, which archive it was given. */
    static final String PROPERTY = "myna.archive";

    /** A JVM that refuses an archive says so on stdout, among the answers. */
    private static final List<String> SILENCE = List.of("-Xlog:cds*=off", "-Xlog:aot*=off");

    private static final Duration REPAIR_AFTER = Duration.ofDays(1);

    /** Flags with which a user decides the matter. */
    private static final Pattern CHOICE =
            Pattern.compile("-Xshare\\b|-XX:(Shared|AOT|ArchiveClassesAtExit|[+]AutoCreateSharedArchive)");

    /** What {@code doctor} says. */
    public enum State {
        /** This JVM runs with it. */
        USED,
        /** It was given to this JVM, which would not have it. */
        REFUSED,
        /** It is there, but this JVM was started without it. */
        READY,
        /** There is none, or one that is older than the jar. */
        ABSENT
    }

    /** The archive of this jar and this Java; empty if it is switched off, has no place, or Myna does not run from a jar. */
    public static Optional<ClassArchive> ofProcess() {
        String choice = System.getenv(SWITCH);
        Path jar = Path.of(System.getProperty("java.class.path", ""));
        if ("off".equals(choice) || !jar.toString().endsWith(".jar") || !Files.isRegularFile(jar)) {
            return Optional.empty();
        }
        Path absolute = jar.toAbsolutePath();
        Optional<Path> file = choice == null || choice.isBlank()
                ? UserFolders.ofProcess().cache().map(folder -> folder.resolve(name(absolute)))
                : Optional.of(UserPath.of(choice));
        return file.map(place -> new ClassArchive(place.toAbsolutePath(), absolute));
    }

    /** One name for each jar and each Java: their archives differ. */
    private static String name(Path jar) {
        String java = System.getProperty("java.home") + System.getProperty("java.vm.version");
        return "classes-" + Integer.toHexString(jar.hashCode()) + "-" + Integer.toHexString(java.hashCode()) + ".jsa";
    }

    /** Flags that make a JVM use the archive, silently doing without where it cannot; none if there is no archive. */
    List<String> flags(List<String> given) {
        if (!usable() || given.stream().anyMatch(flag -> CHOICE.matcher(flag).find())) {
            return List.of();
        }
        return List.of(
                "-XX:SharedArchiveFile=" + file, SILENCE.getFirst(), SILENCE.getLast(), "-D" + PROPERTY + "=" + file);
    }

    /** Whether {@link #flags} may have given this flag. */
    static boolean isFlag(String flag) {
        return flag.startsWith("-D" + PROPERTY + "=")
                || flag.startsWith("-XX:SharedArchiveFile=")
                || SILENCE.contains(flag);
    }

    public State state() {
        if (file.equals(Path.of(System.getProperty(PROPERTY, "")).toAbsolutePath())) {
            // The JVM says "sharing" only when it has mapped the archive it was told to use.
            return System.getProperty("java.vm.info", "").contains("sharing") ? State.USED : State.REFUSED;
        }
        return usable() ? State.READY : State.ABSENT;
    }

    /**
     * Whether making the archive is worth the time: there is none, or one that the JVM refuses and that has not just been made, so
     * that a JVM which refuses any does not have it made again and again.
     */
    public boolean wanted() {
        return switch (state()) {
            case ABSENT -> true;
            case REFUSED -> age().compareTo(REPAIR_AFTER) > 0;
            case USED, READY -> false;
        };
    }

    /** Bytes on disk, if it is there. */
    public Optional<Long> size() {
        try {
            return Optional.of(Files.size(file));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private Duration age() {
        try {
            return Duration.between(Files.getLastModifiedTime(file).toInstant(), Instant.now());
        } catch (IOException e) {
            return REPAIR_AFTER.plusDays(1);
        }
    }

    /** Whether the file is there and not older than the jar. */
    private boolean usable() {
        try {
            return Files.size(file) > 0
                    && Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(jar)) >= 0;
        } catch (IOException e) {
            return false;
        }
    }
}
