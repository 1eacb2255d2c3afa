// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.LongWork;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.terminal.Output;
import dev.myna.cli.text.Controls;
import dev.myna.cli.text.Json;
import dev.myna.cli.text.Units;
import dev.myna.engine.ModelWarning;
import dev.myna.engine.check.ModelCheck;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.family.Families;
import dev.myna.kernels.Tensor;
import dev.myna.loaders.gguf.FileKind;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.hub.Digests;
import dev.myna.loaders.rows.DamageScan;
import dev.myna.loaders.rows.GgufRows;
import dev.myna.loaders.rows.TensorStatistics;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks GGUF files for damage. */
@Command(
        name = "verify",
        header = "Check a GGUF file or an installed model: structure, weights, SHA-256.",
        customSynopsis = "myna verify FILE|NAME... [--tensors] [--sha256 HEX] [--json]",
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        descriptionHeading = "%n",
        description = {
            "Reads the whole file, or all parts of a split model. Reports tensors that are missing, have a wrong",
            "shape or are not used, weights that are NaN or infinite, holes of zeros, and repeated blocks. Exit code",
            "4 if the file is damaged, 7 if its SHA-256 is wrong."
        },
        sortOptions = false)
public final class VerifyCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "decoder or vision files, or model names")
    private List<Path> files;

    @Option(names = "--tensors", description = "also print statistics of each tensor")
    private boolean tensors;

    @Option(names = "--sha256", paramLabel = "HEX", description = "expected SHA-256 of the (only) file")
    private String expected;

    @Option(names = "--json", description = "one JSON object per file")
    private boolean json;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "worker threads; 0 = one per core")
    private int threads;

    public VerifyCommand(CommandContext context) {
        this.context = context;
    }

    /** The result for one file. */
    private record Findings(
            Path path,
            Map<Path, String> digests,
            Map<String, TensorStatistics> statistics,
            List<String> problems,
            List<ModelWarning> warnings,
            List<String> unused) {
        /** Of the file in the command line. */
        String digest() {
            return digests.get(path);
        }

        long weights() {
            return statistics.values().stream()
                    .mapToLong(TensorStatistics::elements)
                    .sum();
        }
    }

    @Override
    public Integer call() throws IOException {
        int workers = LongWork.threads(threads);
        if (expected != null && (files.size() != 1 || !expected.matches("[0-9a-fA-F]{64}"))) {
            throw new RequestException("--sha256 takes 64 hexadecimal digits and goes with one file");
        }
        int code = ExitCode.OK;
        Map<Path, String> wanted = new LinkedHashMap<>();
        for (Path given : files) {
            wanted.putAll(context.models().digests(given));
        }
        Set<Path> parts = new HashSet<>();
        for (Path path : wanted.keySet()) {
            if (parts.contains(path)) {
                continue; // checked with an earlier part
            }
            Findings findings = verify(path, workers);
            parts.addAll(findings.digests().keySet());
            print(findings);
            String recorded = wanted.get(path);
            if (!recorded.isEmpty() && !recorded.equals(findings.digest())) {
                context.console()
                        .error(path + ": the SHA-256 is " + findings.digest() + ", not " + recorded
                                + ": remove the model and pull it again");
                code = ExitCode.CHECKSUM;
                continue;
            }
            if (!findings.problems().isEmpty()) {
                code = ExitCode.MODEL;
            } else if (expected != null && !expected.equalsIgnoreCase(findings.digest())) {
                context.console().error(path + ": the SHA-256 is " + findings.digest() + ", not " + expected);
                code = ExitCode.CHECKSUM;
            }
        }
        return code;
    }

    private Findings verify(Path path, int workers) throws IOException {
        Map<String, TensorStatistics> statistics = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        Map<Path, String> digests = new LinkedHashMap<>();
        try (GgufFile file = GgufFile.open(path)) {
            long[] done = {0};
            LongWork.run(context, path.getFileName().toString(), 2 * file.size(), progress -> {
                for (Tensor tensor : file.tensors().values()) {
                    TensorStatistics found = TensorStatistics.of(
                            new GgufRows(file, tensor), tensor.rows(), Math.toIntExact(tensor.width()), workers);
                    statistics.put(tensor.name(), found);
                    done[0] += tensor.data().byteSize();
                    progress.accept(done[0]);
                }
                problems.addAll(DamageScan.of(file, scanned -> progress.accept(done[0] + scanned)));
            });
            statistics.forEach((name, found) -> {
                if (found.broken()) {
                    problems.add("tensor " + Text.line(name, Text.SHOWN) + ": " + found.nans() + " weights are NaN, "
                            + found.infinities() + " are infinite");
                }
            });
            for (String part : file.files()) {
                digests.put(Path.of(part), "");
            }
        }
        List<ModelWarning> warnings = new ArrayList<>();
        List<String> unused = new ArrayList<>();
        checkStructure(path, problems, warnings, unused);
        for (Map.Entry<Path, String> part : digests.entrySet()) {
            part.setValue(Digests.sha256(part.getKey(), done -> {}));
        }
        return new Findings(path, digests, statistics, problems, warnings, unused);
    }

    /** Loads the file as a model would, which looks for every tensor and every key. */
    private static void checkStructure(
            Path path, List<String> problems, List<ModelWarning> warnings, List<String> unused) {
        try (GgufFile file = GgufFile.open(path)) {
            Optional<String> other = FileKind.otherThanModel(file);
            if (other.isPresent()) {
                problems.add(other.get());
                return;
            }
            if (Families.isVision(file.metadata())) {
                warnings.addAll(ModelCheck.vision(file));
            } else if (Families.isDecoder(file.metadata())) {
                warnings.addAll(ModelCheck.decoder(file));
            } else {
                problems.add("general.architecture is not supported: Myna runs " + Families.architectures());
                return;
            }
            unused.addAll(file.unusedTensors());
        } catch (GgufException | ModelException e) {
            problems.add(e.getMessage());
        }
    }

    private void print(Findings findings) throws IOException {
        Output out = context.console().out();
        if (json) {
            out.line(Json.text(asMap(findings)));
            return;
        }
        if (tensors) {
            findings.statistics()
                    .forEach((name, found) -> out.line(Text.line(name, Text.SHOWN) + " " + describe(found)));
        }
        out.line(Controls.oneLine(findings.path() + ": "
                + (findings.problems().isEmpty()
                        ? "no problems"
                        : findings.problems().size() + " problems") + ", "
                + Units.count(findings.weights()) + " weights in "
                + findings.statistics().size() + " tensors"));
        findings.problems().forEach(problem -> out.line("  " + Controls.oneLine(problem)));
        if (!findings.unused().isEmpty()) {
            out.line(Controls.oneLine("  not used by the model: "
                    + String.join(
                            ", ",
                            findings.unused().stream()
                                    .map(name -> Text.line(name, Text.SHOWN))
                                    .toList())));
        }
        findings.warnings()
                .forEach(warning -> out.line("  "
                        + Controls.oneLine((warning.changesResults() ? "run only with --ignore-unused: " : "")
                                + warning.message())));
        findings.digests()
                .forEach((part, digest) -> out.line("  sha256 " + digest
                        + (findings.digests().size() > 1 ? " " + Controls.oneLine(part.toString()) : "")));
    }

    private static String describe(TensorStatistics found) {
        return String.format(
                Locale.ROOT,
                "min %.4g max %.4g mean %.4g std %.4g zeros %d nan %d inf %d",
                found.minimum(),
                found.maximum(),
                found.mean(),
                found.deviation(),
                found.zeros(),
                found.nans(),
                found.infinities());
    }

    private Map<String, Object> asMap(Findings findings) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("file", findings.path().toString());
        map.put("sound", findings.problems().isEmpty());
        map.put("problems", findings.problems());
        map.put("unused", findings.unused());
        map.put(
                "warnings",
                findings.warnings().stream().map(ModelWarning::message).toList());
        map.put("weights", findings.weights());
        map.put("sha256", findings.digest());
        if (findings.digests().size() > 1) {
            Map<String, Object> parts = new LinkedHashMap<>();
            findings.digests().forEach((part, digest) -> parts.put(part.toString(), digest));
            map.put("parts", parts);
        }
        if (tensors) {
            Map<String, Object> each = new LinkedHashMap<>();
            findings.statistics().forEach((name, found) -> each.put(name, asMap(found)));
            map.put("tensors", each);
        }
        return map;
    }

    private static Map<String, Object> asMap(TensorStatistics found) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("elements", found.elements());
        map.put("min", found.minimum());
        map.put("max", found.maximum());
        map.put("mean", found.mean());
        map.put("std", found.deviation());
        map.put("zeros", found.zeros());
        map.put("nan", found.nans());
        map.put("inf", found.infinities());
        return map;
    }
}
