// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The start script names classes with vector loops, so that they are compiled early. Names change; the script must follow. */
class CompilerFlagsTest {
    private static final Pattern EARLY = Pattern.compile("CompileThresholdScaling,dev/myna/([\\w/]+\\*?)\\.\\*,0\\.03");

    /** Measures the machine, and is not run before an answer. */
    private static final String NOT_AT_START = "dev.myna.kernels.cpu.roofline";

    @Test
    void classesWithVectorLoopsAreCompiledEarly() throws IOException {
        List<Pattern> early = EARLY.matcher(Files.readString(SourceTree.ROOT.resolve("myna")))
                .results()
                .map(match -> Pattern.compile(
                        "dev\\.myna\\." + match.group(1).replace("/", "\\.").replace("*", "\\w*")))
                .toList();
        assertFalse(early.isEmpty());
        Set<String> loops = new TreeSet<>();
        for (JavaClass each : MainClasses.ALL) {
            if (each.getPackageName().startsWith("dev.myna.kernels.cpu.")
                    && !each.getPackageName().equals(NOT_AT_START)
                    && each.getDirectDependenciesFromSelf().stream()
                            .anyMatch(
                                    use -> use.getTargetClass().getPackageName().equals("jdk.incubator.vector"))) {
                loops.add(each.getName().replaceAll("\\$.*", ""));
            }
        }
        assertFalse(loops.isEmpty());
        for (Pattern pattern : early) {
            assertTrue(loops.stream().anyMatch(name -> pattern.matcher(name).matches()), pattern + " names no class");
        }
        Set<String> late = new TreeSet<>(loops);
        late.removeIf(
                name -> early.stream().anyMatch(pattern -> pattern.matcher(name).matches()));
        assertEquals(Set.of(), late, "classes with vector loops that the script does not name");
    }
}
