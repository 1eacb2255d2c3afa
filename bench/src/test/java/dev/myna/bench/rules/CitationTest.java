// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What comments, scripts and pages cite exists: files, sections, anchors and classes. Of sources only comments are read; of pages and
 * scripts, everything.
 */
class CitationTest {
    private static final Path ROOT = SourceTree.ROOT;

    /** Suffixes of files of which only comments are read. Files without a suffix are scripts. */
    private static final Set<String> SOURCES = Set.of("java", "cl");

    private static final Set<String> TEXTS = Set.of("md", "py", "sh", "mjs", "");

    private static final Pattern MARKDOWN = Pattern.compile("(?<![\\w./*<:-])[\\w./-]*\\w\\.md\\b(?!/)");
    private static final Pattern PATHS = Pattern.compile(
            "(?<![\\w./:@*>{-])(?:docs|bench|kernels|loaders|engine|cli|models-manifest|integrations|examples|\\.ci)/[\\w./*<>{}-]+");
    private static final Pattern SECTIONS = Pattern.compile(
            "([\\w./-]+\\.md)\\)? (?:sections? )?(\\d+(?:\\.\\d+)*(?:(?:, | and |, and | to )\\d+(?:\\.\\d+)*)*)");
    private static final Pattern LINKS = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern CLASSES = Pattern.compile("(?<![\\w./])dev\\.myna(?:\\.[a-z0-9]+)+(?:\\.[A-Z]\\w*)?");
    private static final Pattern MEMBERS = Pattern.compile("`([A-Z]\\w+)\\.([a-z]\\w+)");
    private static final Pattern TESTS = Pattern.compile("(?<=`)[A-Z]\\w*[a-z](?:Test|IT)\\b");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.*)$");
    private static final Pattern CASES = Pattern.compile("(?<![\\w-])[GITRDSP]-\\d\\d\\b");
    private static final Pattern OUTSIDE =
            Pattern.compile("(?<![\\w./$}])(?:\\.\\./)+[\\w./-]*|(?<![\\w.$}])/(?:work|root)/[\\w./-]*");

    /** Where golden vectors are looked for, which CONTRIBUTING.md explains. */
    private static final String GOLDEN = "../shared";

    /** One file's text without what is not read of it; lines of a comment are joined. */
    private record Text(Path file, String text) {
        boolean isPage() {
            return file.toString().endsWith(".md");
        }

        Stream<MatchResult> find(Pattern pattern) {
            return pattern.matcher(text).results();
        }

        /** A finding, with the file's name. */
        String says(String finding) {
            return ROOT.relativize(file) + ": " + finding;
        }
    }

    @Test
    void citedPagesExist() {
        assertEquals(List.of(), all(CitationTest::missingPages));
        assertEquals(List.of("sample: engine.md"), missingPages(sample("see engine.md and docs/models.md")));
    }

    @Test
    void citedPathsExist() {
        assertEquals(List.of(), all(CitationTest::missingPaths));
        assertEquals(
                List.of("sample: bench/nothing"),
                missingPaths(sample("`bench/compare`, `bench/nothing`, bench/a/target/b")));
    }

    @Test
    void citedSectionsExist() {
        assertEquals(List.of(), all(CitationTest::missingSections));
        assertEquals(
                List.of("sample: docs/spec/models.md has no section 8.9"),
                missingSections(sample("(docs/spec/models.md 4.3.1, 7 and 8.9: text)")));
    }

    @Test
    void linksOfPagesLeadToFilesAndHeadings() {
        assertEquals(List.of(), all(text -> text.isPage() ? missingTargets(text) : List.of()));
        assertEquals(
                List.of("sample: README.md#nothing is no heading", "sample: nothing.png"),
                missingTargets(sample("[a](README.md#nothing) [b](README.md) ![c](nothing.png)")));
    }

    @Test
    void classesThatPagesAndScriptsNameExist() {
        Set<String> names = classNames();
        assertEquals(
                List.of(),
                all(text -> SOURCES.contains(suffix(text.file())) ? List.of() : missing(text, CLASSES, names)));
        assertEquals(
                List.of("sample: dev.myna.engine.Nothing"),
                missing(sample("dev.myna.engine.Model dev.myna.engine.Nothing dev.myna.engine"), CLASSES, names));
    }

    @Test
    void membersThatPagesNameExist() {
        Map<String, String> sources = new HashMap<>();
        for (SourceTree.Source source : SourceTree.sources()) {
            sources.merge(source.simpleName(), SourceTree.read(source.file()), String::concat);
        }
        assertEquals(List.of(), all(text -> text.isPage() ? missingMembers(text, sources) : List.of()));
        assertEquals(
                List.of("sample: Model.noSuchMember"),
                missingMembers(sample("`Model.tokenizer`, `Model.noSuchMember(x)`, `Unknown.member`"), sources));
    }

    @Test
    void testsThatPagesNameExist() {
        Set<String> names =
                SourceTree.sources().stream().map(SourceTree.Source::simpleName).collect(Collectors.toSet());
        assertEquals(List.of(), all(text -> text.isPage() ? missing(text, TESTS, names) : List.of()));
        assertEquals(List.of("sample: NothingIT"), missing(sample("`CitationTest`, `NothingIT`"), TESTS, names));
    }

    @Test
    void citedCasesOfTheSafetyContractExist() {
        Set<String> cases = new Text(ROOT.resolve("docs"), SourceTree.read(ROOT.resolve("docs/spec/safety.md")))
                .find(CASES)
                .map(MatchResult::group)
                .collect(Collectors.toSet());
        assertEquals(List.of(), all(text -> missing(text, CASES, cases)));
        assertEquals(List.of("sample: S-99"), missing(sample("S-01, S-99"), CASES, cases));
    }

    @Test
    void nothingOutsideTheRepositoryIsNamed() {
        assertEquals(List.of(), all(CitationTest::outside));
        assertEquals(
                List.of("sample: ../spec/models.md", "sample: /root/x"), outside(sample("../spec/models.md, /root/x")));
    }

    private static List<String> all(Function<Text, List<String>> finder) {
        return texts().stream().map(finder).flatMap(List::stream).toList();
    }

    private static Text sample(String text) {
        return new Text(ROOT.resolve("sample"), text);
    }

    private static List<String> missingPages(Text text) {
        return text.find(MARKDOWN)
                .map(MatchResult::group)
                .filter(page -> resolve(text, page) == null)
                .map(text::says)
                .toList();
    }

    private static List<String> missingPaths(Text text) {
        return text.find(PATHS)
                .filter(match -> !isAddress(text, match))
                .map(match -> match.group().replaceAll("[.-]+$", ""))
                .filter(path -> !path.matches(".*[*<>{}].*") && !path.contains("/target"))
                .filter(path -> resolve(text, path) == null)
                .map(text::says)
                .toList();
    }

    private static List<String> missingSections(Text text) {
        List<String> missing = new ArrayList<>();
        text.find(SECTIONS).forEach(match -> {
            Path page = resolve(text, match.group(1));
            if (page == null) {
                return;
            }
            Set<String> numbers = sectionNumbers(page);
            for (String number : match.group(2).split("[^\\d.]+")) {
                if (!numbers.contains(number)) {
                    missing.add(text.says(match.group(1) + " has no section " + number));
                }
            }
        });
        return missing;
    }

    private static List<String> missingTargets(Text text) {
        List<String> missing = new ArrayList<>();
        text.find(LINKS).map(match -> match.group(1)).forEach(link -> {
            if (link.contains("://")) {
                return;
            }
            String[] parts = link.split("#", 2);
            Path target = parts[0].isEmpty()
                    ? text.file()
                    : text.file().resolveSibling(parts[0]).normalize();
            if (!Files.exists(target)) {
                missing.add(text.says(link));
            } else if (parts.length == 2 && !anchors(target).contains(parts[1])) {
                missing.add(text.says(link + " is no heading"));
            }
        });
        return missing;
    }

    private static List<String> missingMembers(Text text, Map<String, String> sources) {
        return text.find(MEMBERS)
                .filter(match -> sources.containsKey(match.group(1)))
                .filter(match -> !Pattern.compile("\\b" + match.group(2) + "\\b")
                        .matcher(sources.get(match.group(1)))
                        .find())
                .map(match -> text.says(match.group(1) + "." + match.group(2)))
                .toList();
    }

    private static List<String> missing(Text text, Pattern pattern, Set<String> names) {
        return text.find(pattern)
                .map(MatchResult::group)
                .filter(name -> !names.contains(name))
                .map(text::says)
                .toList();
    }

    private static List<String> outside(Text text) {
        Path folder = text.file().getParent();
        return text.find(OUTSIDE)
                .map(MatchResult::group)
                .filter(path -> !path.startsWith(GOLDEN))
                .filter(path -> path.startsWith("/")
                        || !folder.resolve(path).normalize().startsWith(ROOT))
                .map(text::says)
                .toList();
    }

    /** Full names of all classes, of tests too, and of their packages. */
    private static Set<String> classNames() {
        Set<String> names = new HashSet<>();
        for (SourceTree.Source source : SourceTree.sources()) {
            String name = source.name();
            for (int dot = name.length(); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
                names.add(name.substring(0, dot));
            }
        }
        return names;
    }

    private static boolean isAddress(Text text, MatchResult match) {
        int from = text.text().lastIndexOf(' ', match.start()) + 1;
        return text.text().substring(from, match.start()).contains("://");
    }

    /** The file that a path means, from the citing file's folder or from the root; null if there is none. */
    private static Path resolve(Text text, String path) {
        Path beside = text.file().resolveSibling(path).normalize();
        if (beside.startsWith(ROOT) && Files.exists(beside)) {
            return beside;
        }
        Path below = ROOT.resolve(path).normalize();
        return below.startsWith(ROOT) && Files.exists(below) ? below : null;
    }

    private static Set<String> sectionNumbers(Path page) {
        Set<String> numbers = new HashSet<>();
        for (String heading : headings(page)) {
            numbers.add(heading.split("[ ]")[0].replaceAll("\\.$", ""));
        }
        return numbers;
    }

    /** Headings as links name them. */
    private static Set<String> anchors(Path page) {
        Set<String> anchors = new HashSet<>();
        for (String heading : headings(page)) {
            anchors.add(heading.toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N}\\p{M}_ -]", "")
                    .replace(' ', '-'));
        }
        return anchors;
    }

    private static List<String> headings(Path page) {
        return HEADING.matcher(SourceTree.read(page))
                .results()
                .map(match -> match.group(1).strip())
                .toList();
    }

    private static List<Text> texts() {
        List<Text> texts = new ArrayList<>();
        for (Path file : SourceTree.files()) {
            String suffix = suffix(file);
            if (SOURCES.contains(suffix)) {
                texts.add(new Text(file, comments(SourceTree.read(file))));
            } else if (TEXTS.contains(suffix) && !file.endsWith("LICENSE") && !file.endsWith("NOTICE")) {
                texts.add(new Text(file, SourceTree.read(file)));
            }
        }
        return texts;
    }

    /** The lines of comments; a citation that is broken over two lines is whole again. */
    private static String comments(String source) {
        StringBuilder comments = new StringBuilder();
        for (String line : source.split("\n")) {
            String text = line.strip();
            int slashes = text.indexOf("// ");
            if (text.startsWith("*") || text.startsWith("/*")) {
                comments.append(' ').append(text.replaceAll("^/?\\*+/? ?", "").replaceAll(" *\\*+/$", ""));
            } else if (slashes >= 0) {
                comments.append(' ').append(text.substring(slashes + 3));
            } else {
                comments.append('\n');
            }
        }
        return comments.toString();
    }

    private static String suffix(Path file) {
        String name = file.getFileName().toString();
        return name.contains(".") ? name.substring(name.lastIndexOf('.') + 1) : "";
    }
}
