// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.hub.HubClient.Response;
import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.loaders.hub.HubFile.Role;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * The content of a repository at one revision, as the hub lists it.
 *
 * @param commit the full commit id
 * @param licence as stated in its card
 * @param files files with names of model files; the role is guessed from the name
 */
public record HubRepository(String repo, String commit, Optional<String> licence, List<HubFile> files) {
    private static final int MAX_BYTES = 8 << 20;
    private static final String MMPROJ = "mmproj";
    private static final List<String> PREFERRED = List.of("q4_k_m", "q4_k", "q4_k_s", "q4_0", "q8_0", "f16");

    /** A decoder and, if there is one, a vision file in the repository. */
    public record Ready(String variant, List<HubFile> files) {}

    static HubRepository ask(HubClient client, HubOptions options, String repo, String revision) throws IOException {
        ModelName.requireRepository(repo);
        URI url = options.resolve(
                URI.create(HubOptions.HUB + "api/models/" + repo + "/revision/" + revision + "?blobs=true"));
        try (Response response = client.get(url, Map.of())) {
            ResponseCheck.check(response, url, "a list of files");
            response.limit(options.headerTimeout());
            return parse(JsonFields.read(response.body(), HubClient.shown(url), MAX_BYTES), repo);
        } catch (HubException e) {
            throw e.fault() == Fault.MODEL ? new HubException(Fault.DOWNLOAD, e.getMessage(), e) : e;
        } catch (IOException e) {
            throw new HubException(Fault.DOWNLOAD, HubClient.shown(url) + ": " + e.getMessage(), e);
        }
    }

    private static HubRepository parse(JsonFields json, String repo) {
        String commit = ModelName.requireCommit(json.string("sha"));
        List<HubFile> files = new ArrayList<>();
        for (JsonFields entry : json.objects("siblings")) {
            String name = entry.string("rfilename");
            if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
                continue; // in a folder, or hidden: not part of a model
            }
            Optional<JsonFields> lfs = entry.optionalObject("lfs");
            Optional<String> sha256 = lfs.map(fields -> fields.string("sha256"));
            files.add(new HubFile(
                    role(name),
                    name,
                    entry.optionalCount("size"),
                    OptionalLong.empty(),
                    sha256,
                    sha256.isPresent() ? Optional.empty() : entry.optionalString("blobId"),
                    List.of(URI.create(HubOptions.HUB + repo + "/resolve/" + commit + "/" + name)),
                    HubFile.Source.HOST));
        }
        return new HubRepository(
                repo,
                commit,
                json.optionalObject("cardData").flatMap(card -> card.labelOrList("license")),
                List.copyOf(files));
    }

    private static Role role(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".gguf")) {
            return lower.contains(MMPROJ) ? Role.mmproj : Role.decoder;
        }
        if (lower.endsWith(".safetensors") || lower.endsWith(".bin")) {
            return Role.weights;
        }
        return lower.startsWith("tokenizer") || lower.equals("merges.txt") || lower.equals("vocab.json")
                ? Role.tokenizer
                : Role.config;
    }

    /**
     * The GGUF files of a name: the decoder with that quantization, and the vision file (f16 if there are several).
     *
     * @param quant such as {@code q4_k_m}; empty for a default
     * @return empty if the repository has no GGUF file
     * @throws HubException if the name matches no decoder or several
     */
    public Optional<Ready> ready(Optional<String> quant) {
        List<HubFile> decoders =
                files.stream().filter(file -> file.role() == Role.decoder).toList();
        if (decoders.isEmpty()) {
            return Optional.empty();
        }
        List<String> wanted = quant.map(List::of).orElse(PREFERRED);
        for (String variant : wanted) {
            List<HubFile> found =
                    decoders.stream().filter(file -> isOf(file.name(), variant)).toList();
            if (found.size() == 1) {
                List<HubFile> pair = new ArrayList<>(found);
                mmproj().ifPresent(pair::add);
                return Optional.of(new Ready(variant, pair));
            }
        }
        if (quant.isEmpty() && decoders.size() == 1) {
            List<HubFile> pair = new ArrayList<>(decoders);
            mmproj().ifPresent(pair::add);
            return Optional.of(new Ready("gguf", pair));
        }
        throw new HubException(
                Fault.REQUEST,
                "hf:" + repo + ": say which one with hf:" + repo + ":QUANT; it has "
                        + Text.line(
                                String.join(
                                        ", ",
                                        decoders.stream().map(HubFile::name).toList()),
                                600));
    }

    /** Whether a file name contains a quantization as a separate word. */
    private static boolean isOf(String name, String quant) {
        String stem = name.toLowerCase(Locale.ROOT).replaceFirst("\\.gguf$", "");
        return stem.equals(quant)
                || stem.endsWith("-" + quant)
                || stem.endsWith("." + quant)
                || stem.endsWith("_" + quant);
    }

    private Optional<HubFile> mmproj() {
        List<HubFile> found =
                files.stream().filter(file -> file.role() == Role.mmproj).toList();
        return found.stream()
                .filter(file -> file.name().toLowerCase(Locale.ROOT).contains("f16"))
                .findFirst()
                .or(() -> found.stream().findFirst());
    }

    /**
     * The files of a checkpoint: configuration, tokenizer and weights, those in safetensors if it has them.
     *
     * @return empty if the repository has no checkpoint
     */
    public Optional<List<HubFile>> checkpoint() {
        boolean safetensors = files.stream().anyMatch(file -> file.name().endsWith(".safetensors"));
        Predicate<HubFile> weights = file -> safetensors
                ? file.name().matches("model.*\\.safetensors(\\.index\\.json)?")
                : file.name().matches("pytorch_model.*\\.bin(\\.index\\.json)?");
        Predicate<HubFile> other = file -> file.role() != Role.weights
                && !file.name().endsWith(".index.json")
                && file.name().matches(".*\\.json|.*\\.model|.*\\.jinja|merges\\.txt");
        List<HubFile> chosen = files.stream().filter(weights.or(other)).toList();
        boolean whole = chosen.stream().anyMatch(file -> file.name().equals("config.json"))
                && chosen.stream().anyMatch(file -> file.role() == Role.weights);
        return whole ? Optional.of(chosen) : Optional.empty();
    }
}
