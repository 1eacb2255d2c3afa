// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The shape of packages: no cycles, no large ones, and an explanation of each that is exported. */
class PackageRulesTest {
    private static final int MAX_FILES = 25;
    private static final Pattern EXPORTS = Pattern.compile("(?m)^\\s*exports\\s+([\\w.]+)");

    @Test
    void packagesDependOnEachOtherInOneDirection() {
        Map<String, Set<String>> uses = new TreeMap<>();
        for (JavaClass each : MainClasses.ALL) {
            Set<String> targets = uses.computeIfAbsent(each.getPackageName(), name -> new TreeSet<>());
            for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
                String target =
                        dependency.getTargetClass().getBaseComponentType().getPackageName();
                if (target.equals("dev.myna") || target.startsWith("dev.myna.")) {
                    targets.add(target);
                }
            }
        }
        Set<String> inCycles = new TreeSet<>();
        for (String name : uses.keySet()) {
            Set<String> others = new TreeSet<>(uses.get(name));
            others.remove(name);
            if (others.stream().anyMatch(other -> reachable(other, uses).contains(name))) {
                inCycles.add(name);
            }
        }
        assertEquals(Set.of(), inCycles, () -> {
            Map<String, Set<String>> among = new TreeMap<>();
            for (String name : inCycles) {
                Set<String> targets = new TreeSet<>(uses.get(name));
                targets.retainAll(inCycles);
                targets.remove(name);
                among.put(name, targets);
            }
            return "packages in cycles use: " + among;
        });
    }

    @Test
    void packagesAreSmall() {
        Map<String, Integer> files = new TreeMap<>();
        for (SourceTree.Source source : SourceTree.sources()) {
            if (!source.isTest() && source.isClass()) {
                files.merge(source.packageName(), 1, Integer::sum);
            }
        }
        Set<String> large = new TreeSet<>();
        files.forEach((name, count) -> {
            if (count > MAX_FILES) {
                large.add(name);
            }
        });
        assertEquals(Set.of(), large, () -> "files of large packages: " + counts(files, large));
    }

    @Test
    void exportedPackagesSayWhatTheyHold() {
        Set<String> explained = new HashSet<>();
        Set<String> exported = new TreeSet<>();
        for (SourceTree.Source source : SourceTree.sources()) {
            if (source.simpleName().equals("package-info")) {
                explained.add(source.packageName());
            }
            if (source.simpleName().equals("module-info")) {
                EXPORTS.matcher(SourceTree.read(source.file()))
                        .results()
                        .forEach(match -> exported.add(match.group(1)));
            }
        }
        exported.removeAll(explained);
        assertEquals(Set.of(), exported);
    }

    private static Map<String, Integer> counts(Map<String, Integer> files, Set<String> names) {
        Map<String, Integer> counts = new TreeMap<>(files);
        counts.keySet().retainAll(names);
        return counts;
    }

    private static Set<String> reachable(String from, Map<String, Set<String>> uses) {
        Set<String> found = new HashSet<>();
        Set<String> next = new TreeSet<>(uses.getOrDefault(from, Set.of()));
        while (!next.isEmpty()) {
            Set<String> further = new TreeSet<>();
            for (String each : next) {
                if (found.add(each)) {
                    further.addAll(uses.getOrDefault(each, Set.of()));
                }
            }
            next = further;
        }
        return found;
    }
}
