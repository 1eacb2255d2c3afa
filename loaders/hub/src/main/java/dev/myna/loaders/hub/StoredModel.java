// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.loaders.hub.HubFile.Role;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.jr.ob.JSON;

/**
 * A model in the store: a decoder, and the vision file of a vision model.
 *
 * @param base its name without the variant
 * @param title of the model
 * @param source repository and revision, as far as known
 * @param terms the line about licences that was shown
 * @param pulled time of the download, as ISO 8601
 */
public record StoredModel(
        String base, String variant, String title, String source, String terms, String pulled, List<StoredFile> files) {
    private static final int MAX_BYTES = 1 << 20;

    /**
     * A file of the store.
     *
     * @param known source of its digest
     */
    public record StoredFile(Role role, String name, long size, String sha256, Known known) {}

    /** The source of a digest. */
    public enum Known {
        /** From the manifest; the file matches. */
        manifest,
        /** From the host; the file matches. */
        host,
        /** Not published: measured after a download with --allow-unverified. */
        measured,
        /** The file was converted here from a checkpoint. */
        made
    }

    /** The name that users type. */
    public String name() {
        return base + ":" + variant;
    }

    /** The decoder. */
    public StoredFile decoder() {
        return file(Role.decoder)
                .orElseThrow(() -> new HubException(Fault.MODEL, name() + ": the store's record names no decoder"));
    }

    /** The file with that role, if the model has one. */
    public Optional<StoredFile> file(Role role) {
        return files.stream().filter(file -> file.role() == role).findFirst();
    }

    /** Bytes of all files. */
    public long bytes() {
        return files.stream().mapToLong(StoredFile::size).sum();
    }

    byte[] json() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("schema", 1);
        map.put("base", base);
        map.put("variant", variant);
        map.put("title", title);
        map.put("source", source);
        map.put("terms", terms);
        map.put("pulled", pulled);
        List<Map<String, Object>> list = new ArrayList<>();
        for (StoredFile file : files) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("role", file.role().name());
            each.put("name", file.name());
            each.put("size", file.size());
            each.put("sha256", file.sha256());
            each.put("known", file.known().name());
            list.add(each);
        }
        map.put("files", list);
        return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asBytes(map);
    }

    /** @throws HubException if the record is malformed; its message begins with {@code where} */
    static StoredModel parse(byte[] json, String where) throws IOException {
        JsonFields fields = JsonFields.read(new ByteArrayInputStream(json), where, MAX_BYTES);
        List<StoredFile> files = new ArrayList<>();
        for (JsonFields file : fields.objects("files")) {
            try {
                // A name or digest that is not allowed in a path counts as missing.
                files.add(new StoredFile(
                        Role.valueOf(file.string("role")),
                        HubFile.requireName(file.string("name")),
                        file.count("size"),
                        HubFile.requireDigest(file.string("sha256")),
                        Known.valueOf(file.string("known"))));
            } catch (IllegalArgumentException e) {
                throw new HubException(Fault.MODEL, where + ": a file's role or origin is not known", e);
            }
        }
        return new StoredModel(
                fields.label("base"),
                fields.label("variant"),
                fields.label("title"),
                fields.label("source"),
                fields.label("terms"),
                fields.label("pulled"),
                files);
    }
}
