// SPDX-License-Identifier: Apache-2.0
package dev.myna.models;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** The catalogue in docs/models.md, made from the manifests. */
final class ModelTable {
    private ModelTable() {}

    static String of(List<JsonNode> manifests) {
        StringBuilder table = new StringBuilder(
                "| name | model | decoder | image rows | variants (default first) | download | weights | digests |\n"
                        + "|---|---|---|---|---|---|---|---|\n");
        for (JsonNode manifest : manifests) {
            table.append("| ").append(String.join(" | ", row(manifest))).append(" |\n");
        }
        return table.toString();
    }

    private static List<String> row(JsonNode manifest) {
        JsonNode upstream = manifest.path("upstream");
        String title = manifest.path("title").asString();
        JsonNode weights = manifest.path("terms").path("weights");
        return List.of(
                "`" + manifest.path("id").asString() + "`",
                upstream.isNull()
                        ? title
                        : "[" + title + "](https://huggingface.co/"
                                + upstream.path("repo").asString() + ")",
                manifest.path("architecture").path("decoder").path("kind").asString(),
                manifest.path("image").path("tokens").asString(),
                variants(manifest),
                download(manifest),
                weights.path("spdx").isString() ? weights.path("spdx").asString() : "see its page",
                digests(manifest));
    }

    private static String variants(JsonNode manifest) {
        List<String> names = new ArrayList<>();
        manifest.path("variants")
                .forEach(variant -> names.add(
                        variant.path("default").asBoolean(false) ? 0 : names.size(),
                        variant.path("name").asString()));
        return String.join(" ", names) + (manifest.has("checkpoint") ? " …" : "");
    }

    static String download(JsonNode manifest) {
        if (manifest.path("upstream").isNull()) {
            return "none";
        }
        JsonNode files = files(manifest);
        if (!files.isArray()) {
            return "size unknown, converted here";
        }
        long bytes = 0;
        for (JsonNode file : files) {
            bytes += file.path("size").isNumber()
                    ? file.path("size").asLong()
                    : file.path("approximateSize").asLong(0);
        }
        return String.format(
                Locale.ROOT, "%.1f GB%s", bytes / 1e9, manifest.has("checkpoint") ? ", converted here" : "");
    }

    /** How many of the files have a published or measured digest. */
    private static String digests(JsonNode manifest) {
        JsonNode files = files(manifest);
        int known = 0;
        for (JsonNode file : files) {
            known += file.path("sha256").isString() ? 1 : 0;
        }
        return known == 0 ? "unknown" : known == files.size() ? "known" : known + " of " + files.size();
    }

    private static JsonNode files(JsonNode manifest) {
        if (manifest.has("checkpoint")) {
            return manifest.path("checkpoint").path("files");
        }
        for (JsonNode variant : manifest.path("variants")) {
            if (variant.path("default").asBoolean(false)) {
                return variant.path("files");
            }
        }
        throw new IllegalArgumentException(manifest.path("id").asString() + " has no default variant");
    }
}
