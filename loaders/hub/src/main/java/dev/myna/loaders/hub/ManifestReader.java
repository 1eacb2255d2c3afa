// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.loaders.hub.Manifest.Architecture;
import dev.myna.loaders.hub.Manifest.Checkpoint;
import dev.myna.loaders.hub.Manifest.Convert;
import dev.myna.loaders.hub.Manifest.Decoder;
import dev.myna.loaders.hub.Manifest.Image;
import dev.myna.loaders.hub.Manifest.Licence;
import dev.myna.loaders.hub.Manifest.Provenance;
import dev.myna.loaders.hub.Manifest.Terms;
import dev.myna.loaders.hub.Manifest.Upstream;
import dev.myna.loaders.hub.Manifest.Variant;
import dev.myna.loaders.hub.Manifest.Vision;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads manifests. */
public final class ManifestReader {
    private static final int MAX_BYTES = 1 << 20;

    private ManifestReader() {}

    /**
     * Reads a manifest.
     *
     * @param name of the file, for messages
     * @throws HubException if it is malformed
     */
    public static Manifest read(InputStream in, String name) throws IOException {
        JsonFields json = JsonFields.read(in, name, MAX_BYTES);
        if (json.count("schema") != 1) {
            throw new HubException(
                    Fault.MODEL, name + ": schema must be 1; a newer Myna may know " + json.count("schema"));
        }
        List<Variant> variants =
                json.objects("variants").stream().map(ManifestReader::variant).toList();
        if (variants.isEmpty()) {
            throw new HubException(Fault.MODEL, name + ": variants must not be empty");
        }
        return new Manifest(
                ModelName.requireId(json.string("id")),
                json.label("title"),
                json.label("family"),
                json.label("description"),
                json.labels("languages"),
                architecture(json.object("architecture")),
                terms(json.object("terms")),
                json.optionalObject("upstream").map(ManifestReader::upstream),
                json.object("prompt").label("format"),
                image(json.object("image")),
                json.optionalObject("checkpoint").map(ManifestReader::checkpoint),
                variants,
                provenance(json.object("provenance")));
    }

    private static Architecture architecture(JsonFields json) {
        JsonFields vision = json.object("vision");
        JsonFields projector = json.object("projector");
        JsonFields decoder = json.object("decoder");
        return new Architecture(
                new Vision(
                        vision.label("name"),
                        vision.optionalCount("width"),
                        vision.optionalCount("patches"),
                        vision.optionalCount("parameters")),
                projector.label("type"),
                projector.optionalCount("parameters"),
                new Decoder(
                        decoder.label("name"),
                        decoder.label("kind"),
                        decoder.count("layers"),
                        decoder.count("width"),
                        decoder.count("kvWidth"),
                        decoder.count("feedForward"),
                        decoder.count("vocabulary"),
                        decoder.count("contextLength"),
                        decoder.optionalCount("window"),
                        decoder.optionalCount("windowPeriod"),
                        decoder.optionalCount("parameters")));
    }

    private static Terms terms(JsonFields json) {
        return new Terms(
                licence(json.object("weights")),
                json.optionalObject("baseModel").map(ManifestReader::licence),
                json.optionalObject("data").map(ManifestReader::licence),
                json.flag("requiresAcceptance"),
                json.label("summary"));
    }

    private static Licence licence(JsonFields json) {
        String name = json.optionalLabel("spdx").orElseGet(() -> json.label("name"));
        return new Licence(name, json.optionalLabel("url"));
    }

    private static Upstream upstream(JsonFields json) {
        return new Upstream(
                json.label("host"),
                ModelName.requireRepository(json.string("repo")),
                json.optionalString("revision").map(ModelName::requireCommit),
                json.optionalLabel("abbreviatedRevision"));
    }

    private static Image image(JsonFields json) {
        return new Image(json.optionalCount("size"), json.label("resize"), json.printed("tokens"));
    }

    private static Checkpoint checkpoint(JsonFields json) {
        return new Checkpoint(json.optionalObjects("files")
                .map(files -> files.stream().map(ManifestReader::file).toList()));
    }

    private static Variant variant(JsonFields json) {
        return new Variant(
                ModelName.requireVariant(json.string("name")),
                json.flag("default"),
                json.count("minMemoryBytes"),
                json.optionalObjects("files").stream()
                        .flatMap(List::stream)
                        .map(ManifestReader::file)
                        .toList(),
                json.optionalObject("convert")
                        .map(convert -> new Convert(fileType(convert, "type"), fileType(convert, "visionType"))));
    }

    private static String fileType(JsonFields json, String key) {
        String name = json.string(key);
        if (FileType.byName(name).isEmpty()) {
            throw new HubException(Fault.MODEL, key + " " + Text.quote(name) + " is not a type of myna convert");
        }
        return name;
    }

    private static HubFile file(JsonFields json) {
        String role = json.string("role");
        return new HubFile(
                Stream.of(HubFile.Role.values())
                        .filter(known -> known.name().equals(role))
                        .findFirst()
                        .orElseThrow(() ->
                                new HubException(Fault.MODEL, "role " + Text.line(role, Text.SHOWN) + " is not known")),
                json.string("name"),
                json.optionalCount("size"),
                json.optionalCount("approximateSize"),
                json.optionalString("sha256"),
                Optional.empty(),
                json.strings("urls").stream().map(ManifestReader::url).toList(),
                HubFile.Source.MANIFEST);
    }

    private static URI url(String text) {
        try {
            URI url = URI.create(text);
            if ("https".equals(url.getScheme()) && url.getHost() != null && url.getUserInfo() == null) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // The error follows below.
        }
        throw new HubException(Fault.MODEL, "urls must be https addresses, not " + Text.quote(text));
    }

    private static Provenance provenance(JsonFields json) {
        return new Provenance(json.label("hashSource"), json.label("checkedOn"), json.optionalLabel("note"));
    }
}
