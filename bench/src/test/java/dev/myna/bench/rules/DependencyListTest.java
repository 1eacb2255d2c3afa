// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What users of an artefact get along with it, as the build files and module declarations say. */
class DependencyListTest {
    private static final String OURS = "dev.myna:";
    private static final String JACKSON = "tools.jackson.jr:jackson-jr-objects";
    private static final Pattern REQUIRES =
            Pattern.compile("(?m)^\\s*requires\\s+(?:transitive\\s+)?(?!static)([\\w.]+);");
    private static final Pattern MODULE = Pattern.compile("(?m)^(?:open )?module\\s+([\\w.]+)");

    /** Libraries of others that each artefact brings; none for those that are not named. */
    private static final Map<String, Set<String>> LIBRARIES = Map.of(
            "myna-hub", Set.of(JACKSON),
            "myna-datasets",
                    Set.of("dev.hardwood:hardwood-core", "org.xerial.snappy:snappy-java", "com.github.luben:zstd-jni"),
            "myna-eval", Set.of("com.cybozu.labs:langdetect"),
            "myna-cli", Set.of("org.jocl:jocl", "info.picocli:picocli", "org.jline:jline", JACKSON),
            "myna-langchain4j", Set.of("dev.langchain4j:langchain4j-core"),
            "myna-bench", Set.of("org.jocl:jocl", "info.picocli:picocli", "org.openjdk.jmh:jmh-core", JACKSON));

    /** Modules that nobody gets who embeds the engine: no JSON, no command line, no network. */
    private static final Set<String> NOT_FOR_EMBEDDERS = Set.of(
            "java.net.http",
            "java.desktop",
            "java.logging",
            "java.sql",
            "java.xml",
            "jdk.httpserver",
            "tools.jackson.jr.ob",
            "info.picocli",
            "org.jline");

    /** Of each artefact of ours what it needs at run time: {@code group:artifact}. */
    private static final Map<String, Set<String>> NEEDS = new TreeMap<>();

    @BeforeAll
    static void readBuildFiles() throws Exception {
        for (Path file : SourceTree.files()) {
            if (file.endsWith("pom.xml")) {
                Element project = DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new ByteArrayInputStream(SourceTree.read(file).getBytes(StandardCharsets.UTF_8)))
                        .getDocumentElement();
                NEEDS.put(text(project, "artifactId"), dependencies(project));
            }
        }
        assertTrue(NEEDS.containsKey("myna-engine"), "no engine among " + NEEDS.keySet());
    }

    @Test
    void artefactsBringTheLibrariesThatTheirListSays() {
        Map<String, Set<String>> libraries = new TreeMap<>();
        NEEDS.forEach((artefact, needs) -> {
            Set<String> others = new TreeSet<>(needs);
            others.removeIf(each -> each.startsWith(OURS));
            if (!others.isEmpty()) {
                libraries.put(artefact, others);
            }
        });
        Map<String, Set<String>> expected = new TreeMap<>();
        LIBRARIES.forEach((artefact, names) -> expected.put(artefact, new TreeSet<>(names)));
        assertEquals(expected, libraries);
    }

    @Test
    void embeddersOfTheEngineGetNoLibrary() {
        Set<String> libraries = new TreeSet<>();
        Set<String> seen = new TreeSet<>();
        collect(OURS + "myna-engine", seen, libraries);
        assertEquals(Set.of(), libraries);
    }

    @Test
    void theEnginesModuleLeadsToNoNetworkJsonOrCommandLine() {
        Map<String, Set<String>> requires = new TreeMap<>();
        for (SourceTree.Source source : SourceTree.sources()) {
            if (source.simpleName().equals("module-info")) {
                String text = SourceTree.read(source.file());
                Set<String> names = new TreeSet<>();
                REQUIRES.matcher(text).results().forEach(match -> names.add(match.group(1)));
                MODULE.matcher(text).results().forEach(match -> requires.put(match.group(1), names));
            }
        }
        assertTrue(requires.containsKey("dev.myna.engine"), "no engine among " + requires.keySet());
        Set<String> found = new TreeSet<>();
        Set<String> next = new TreeSet<>(Set.of("dev.myna.engine"));
        while (!next.isEmpty()) {
            Set<String> further = new TreeSet<>();
            for (String each : next) {
                if (found.add(each)) {
                    further.addAll(requires.getOrDefault(each, Set.of()));
                }
            }
            next = further;
        }
        found.retainAll(NOT_FOR_EMBEDDERS);
        assertEquals(Set.of(), found);
    }

    private static void collect(String artefact, Set<String> seen, Set<String> libraries) {
        if (!seen.add(artefact)) {
            return;
        }
        if (!artefact.startsWith(OURS)) {
            libraries.add(artefact);
            return;
        }
        NEEDS.getOrDefault(artefact.substring(OURS.length()), Set.of()).forEach(each -> collect(each, seen, libraries));
    }

    /** Dependencies that are neither optional nor for tests only. */
    private static Set<String> dependencies(Element project) {
        Set<String> names = new TreeSet<>();
        NodeList children = project.getChildNodes();
        for (int i = 0; i < children.getLength(); i++) {
            if (children.item(i) instanceof Element list && list.getTagName().equals("dependencies")) {
                NodeList entries = list.getElementsByTagName("dependency");
                for (int k = 0; k < entries.getLength(); k++) {
                    Element entry = (Element) entries.item(k);
                    boolean needed = !text(entry, "scope").equals("test")
                            && !text(entry, "optional").equals("true");
                    if (needed) {
                        names.add(text(entry, "groupId") + ":" + text(entry, "artifactId"));
                    }
                }
            }
        }
        return names;
    }

    /** Text of a direct child, or empty. */
    private static String text(Element parent, String name) {
        NodeList children = parent.getChildNodes();
        for (int i = 0; i < children.getLength(); i++) {
            if (children.item(i) instanceof Element child && child.getTagName().equals(name)) {
                return child.getTextContent().strip();
            }
        }
        return "";
    }
}
