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
 * A file with Myna's classes, loaded, verified and linked (class-data sharing, {@code -XX:SharedArchiveFile}), so that later starts
 * are faster. The JVM rejects an archive of another JVM or of another jar.
 *
 * <p>The variable {@code MYNA_AOT} sets its path; {@code off} means no archive. Without the variable it is in the user's cache folder;
 * without that folder there is no archive. The file can be removed at any time.
 *
 * @param file where the archive is or would be
 * @param jar the jar that it belongs to
 */
public record ClassArchive(Path file, Path jar) {
    public static final String SWITCH = "MYNA_AOT";

    /** System property with the path of the archive that the JVM was started with, for {@code doctor}. */
    static final String PROPERTY = "myna.archive";

    /** Without these flags, a JVM that rejects an archive prints a message on stdout, among the answers. */
    private static final List<String> SILENCE = List.of("-Xlog:cds*=off", "-Xlog:aot*=off");

    private static final Duration REPAIR_AFTER = Duration.ofDays(1);

    /** Flags with which a user chooses an archive. */
    private static final Pattern CHOICE =
            Pattern.compile("-Xshare\\b|-XX:(Shared|AOT|ArchiveClassesAtExit|[+]AutoCreateSharedArchive)");

    /** The state, for {@code doctor}. */
    public enum State {
        /** This JVM runs with it. */
        USED,
        /** This JVM has rejected it. */
        REFUSED,
        /** It exists, but this JVM was started without it. */
        READY,
        /** It does not exist, or is older than the jar. */
        ABSENT
    }

    /** The archive of this jar and this Java; empty if it is switched off, has no folder, or Myna does not run from a jar. */
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

    /** A file name for this jar and this Java. */
    private static String name(Path jar) {
        String java = System.getProperty("java.home") + System.getProperty("java.vm.version");
        return "classes-" + Integer.toHexString(jar.hashCode()) + "-" + Integer.toHexString(java.hashCode()) + ".jsa";
    }

    /** JVM flags to use the archive, without a message if the JVM rejects it; none if there is no archive. */
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
     * Whether the archive should be created: there is none, or the JVM rejects one that is older than a day. A JVM that rejects every
     * archive does not cause one at every start.
     */
    public boolean wanted() {
        return switch (state()) {
            case ABSENT -> true;
            case REFUSED -> age().compareTo(REPAIR_AFTER) > 0;
            case USED, READY -> false;
        };
    }

    /** Bytes on disk, if it exists. */
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

    /** Whether the file exists and is not older than the jar. */
    private boolean usable() {
        try {
            return Files.size(file) > 0
                    && Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(jar)) >= 0;
        } catch (IOException e) {
            return false;
        }
    }
}
