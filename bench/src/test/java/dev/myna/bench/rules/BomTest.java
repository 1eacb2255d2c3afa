// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** The BOM names all artefacts that programs may depend on; all places state one version. */
class BomTest {
    /** Parents, programs, and the BOM itself. */
    private static final Set<String> NOT_TO_DEPEND_ON =
            Set.of("myna", "myna-loaders", "myna-cli", "myna-bench", "myna-bom");

    @Test
    void bomNamesEveryArtefactOnce() throws Exception {
        Set<String> expected = new TreeSet<>();
        for (Path file : SourceTree.files()) {
            if (file.endsWith("pom.xml")) {
                expected.add(child(parse(file), "artifactId"));
            }
        }
        expected.removeAll(NOT_TO_DEPEND_ON);
        Set<String> named = new TreeSet<>();
        NodeList entries = parse(bom()).getElementsByTagName("dependency");
        for (int i = 0; i < entries.getLength(); i++) {
            named.add(child((Element) entries.item(i), "artifactId"));
        }
        assertEquals(expected, named);
        assertEquals(named.size(), entries.getLength());
    }

    @Test
    void everyPlaceStatesTheSameVersion() throws Exception {
        String version = child(parse(SourceTree.ROOT.resolve("pom.xml")), "version");
        assertEquals(version, child(parse(bom()), "version"));
        String example = "<version>" + version + "</version>";
        assertTrue(read("README.md").contains(example), () -> "README.md has no " + example);
        String cited = "version: " + version.replace("-SNAPSHOT", "") + "\n";
        assertTrue(read("CITATION.cff").contains(cited), () -> "CITATION.cff has no " + cited);
    }

    private static String read(String name) {
        return SourceTree.read(SourceTree.ROOT.resolve(name));
    }

    private static Path bom() {
        return SourceTree.files().stream()
                .filter(file -> file.endsWith("bom/pom.xml"))
                .findFirst()
                .orElseThrow();
    }

    private static Element parse(Path file) throws ParserConfigurationException, IOException, SAXException {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(SourceTree.read(file).getBytes(StandardCharsets.UTF_8)))
                .getDocumentElement();
    }

    private static String child(Element parent, String name) {
        for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element element && element.getTagName().equals(name)) {
                return element.getTextContent().strip();
            }
        }
        throw new AssertionError("no " + name + " in " + parent.getTagName());
    }
}
