// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Prints what ran and what was skipped, by module, from the test reports of several runs, and the tests that ran in none of them.
 * Arguments: {@code NAME=FOLDER...}, a run's name and the folder that holds its reports, module by module. Exits with 1 if a test
 * that could run on this machine ran nowhere.
 */
final class TestTable {
    /** How tests say that another processor or system is needed; nothing can be installed against that. */
    private static final String OTHER_MACHINE = "not on this machine: ";

    private record Count(int ran, int skipped, double seconds) {
        static final Count NONE = new Count(0, 0, 0);

        Count plus(Count other) {
            return new Count(ran + other.ran, skipped + other.skipped, seconds + other.seconds);
        }
    }

    private final Map<String, Map<String, Count>> modules = new TreeMap<>();
    private final Map<String, Set<String>> reasons = new TreeMap<>();
    private final Set<String> ran = new HashSet<>();
    private final Map<String, String> skipped = new TreeMap<>();

    public static void main(String[] args) throws IOException {
        TestTable table = new TestTable();
        List<String> runs = new ArrayList<>();
        for (String arg : args) {
            String[] run = arg.split("=", 2);
            runs.add(run[0]);
            table.read(run[0], Path.of(run[1]));
        }
        table.print(runs);
        System.exit(table.everywhereSkipped() ? 1 : 0);
    }

    private void read(String run, Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml"))
                    .sorted()
                    .forEach(file -> readReport(run, folder.relativize(file).getName(0).toString(), file));
        }
    }

    private void readReport(String run, String module, Path file) {
        NodeList cases = parse(file).getElementsByTagName("testcase");
        Count count = Count.NONE;
        for (int i = 0; i < cases.getLength(); i++) {
            Element test = (Element) cases.item(i);
            String name = test.getAttribute("classname") + " " + test.getAttribute("name");
            NodeList skips = test.getElementsByTagName("skipped");
            double seconds = seconds(test.getAttribute("time"));
            if (skips.getLength() == 0) {
                ran.add(name);
                ran.add(test.getAttribute("classname"));
                count = count.plus(new Count(1, 0, seconds));
            } else {
                String reason = reason((Element) skips.item(0));
                skipped.put(name, reason);
                String simple = test.getAttribute("classname").replaceFirst(".*\\.", "");
                reasons.computeIfAbsent(run + ": " + reason, key -> new TreeSet<>()).add(simple);
                count = count.plus(new Count(0, 1, seconds));
            }
        }
        modules.computeIfAbsent(module, key -> new TreeMap<>()).merge(run, count, Count::plus);
    }

    /** A condition's reason is an attribute; that of an assumption is the first line of its stack trace. */
    private static String reason(Element skip) {
        String message = skip.getAttribute("message");
        if (message.isEmpty()) {
            message = skip.getTextContent().lines().findFirst().orElse("").replaceFirst("^[\\w.]*: (Assumption failed: )?", "");
        }
        return message.isEmpty() ? "no reason given" : message;
    }

    private static double seconds(String text) {
        return text.isEmpty() ? 0 : Double.parseDouble(text.replace(",", ""));
    }

    private static Element parse(Path file) {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(file.toFile())
                    .getDocumentElement();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(file + ": " + e.getMessage(), e);
        }
    }

    private void print(List<String> runs) {
        System.out.printf("%n%-16s", "module");
        runs.forEach(run -> System.out.printf(" | %-28s", run));
        System.out.println();
        Map<String, Count> totals = new TreeMap<>();
        modules.forEach((module, counts) -> {
            System.out.printf("%-16s", module);
            for (String run : runs) {
                Count count = counts.getOrDefault(run, Count.NONE);
                totals.merge(run, count, Count::plus);
                printCount(count);
            }
            System.out.println();
        });
        System.out.printf("%-16s", "all");
        runs.forEach(run -> printCount(totals.getOrDefault(run, Count.NONE)));
        System.out.printf("%n%nskipped, and why:%n");
        reasons.forEach((reason, classes) -> System.out.printf("  %s%n      %s%n", reason, String.join(" ", classes)));
    }

    private static void printCount(Count count) {
        System.out.printf(" | %5d ran %4d skipped %4.0f s", count.ran, count.skipped, count.seconds);
    }

    /** A class that was skipped whole has no names of tests: it counts as run where any test of it ran. */
    private boolean everywhereSkipped() {
        List<String> missed = skipped.entrySet().stream()
                .filter(test -> !ran.contains(test.getKey()) && !ranAsClass(test.getKey()))
                .filter(test -> !test.getValue().contains(OTHER_MACHINE))
                .map(test -> test.getKey() + ": " + test.getValue())
                .toList();
        missed.forEach(test -> System.out.println("ran nowhere: " + test));
        return !missed.isEmpty();
    }

    private boolean ranAsClass(String test) {
        int space = test.indexOf(' ');
        String method = test.substring(space + 1);
        boolean wholeClass = method.isEmpty() || method.equals(test.substring(0, space));
        boolean wholeTemplate = ran.stream().anyMatch(name -> name.startsWith(test.replaceFirst("\\(.*", "")));
        return wholeClass && ran.contains(test.substring(0, space)) || wholeTemplate;
    }
}
