// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.loaders.text.Text;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model name as users type it, for models that are not files: {@code palo-7b}, {@code palo-7b:q8_0},
 * {@code hf:org/repo:q4_k_m}.
 */
public sealed interface ModelName {
    /** The requested variant, in lower case. */
    Optional<String> variant();

    /** The name without its variant. */
    String base();

    /** A model that has a manifest. */
    record Known(String id, Optional<String> variant) implements ModelName {
        @Override
        public String base() {
            return id;
        }
    }

    /** A repository of the hub. */
    record Repository(String repo, Optional<String> variant) implements ModelName {
        @Override
        public String base() {
            return PREFIX + repo;
        }
    }

    /** The prefix of repository names. */
    String PREFIX = "hf:";

    /** Parses a name; empty if the text is not one. */
    static Optional<ModelName> parse(String text) {
        Matcher hub = Patterns.HUB.matcher(text);
        if (hub.matches()) {
            return Optional.of(new Repository(hub.group(1), variant(hub.group(2))));
        }
        Matcher known = Patterns.KNOWN.matcher(text);
        return known.matches() ? Optional.of(new Known(known.group(1), variant(known.group(2)))) : Optional.empty();
    }

    private static Optional<String> variant(String text) {
        return Optional.ofNullable(text).map(name -> name.toLowerCase(Locale.ROOT));
    }

    /** @throws HubException if the text is not a model id */
    static String requireId(String id) {
        return require(Patterns.ID, id, "name of a model: small letters, digits and ._- are");
    }

    /** @throws HubException if the text is not a variant name */
    static String requireVariant(String variant) {
        return require(Patterns.VARIANT, variant, "name of a variant: small letters, digits and ._- are");
    }

    /** @throws HubException if the text is not a repository name */
    static String requireRepository(String repo) {
        return require(Patterns.REPOSITORY, repo, "repository: organization/name is");
    }

    /** @throws HubException if the text is not a full commit id */
    static String requireCommit(String commit) {
        return require(Patterns.COMMIT, commit, "full commit id: 40 lower-case hexadecimal digits are");
    }

    private static String require(Pattern pattern, String text, String what) {
        if (!pattern.matcher(text).matches() || text.contains("..")) {
            throw new HubException(Fault.MODEL, Text.quote(text) + " is no " + what);
        }
        return text;
    }

    /** These patterns exclude texts that would change the folders of a path. */
    final class Patterns {
        private static final String PART = "[A-Za-z0-9][A-Za-z0-9._-]{0,95}";
        private static final String VARIANT_TEXT = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";
        private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
        private static final Pattern VARIANT = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
        private static final Pattern REPOSITORY = Pattern.compile(PART + "/" + PART);
        private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
        private static final Pattern KNOWN = Pattern.compile("([a-z0-9][a-z0-9._-]{0,63})(?::(" + VARIANT_TEXT + "))?");
        private static final Pattern HUB =
                Pattern.compile(PREFIX + "(" + PART + "/" + PART + ")(?::(" + VARIANT_TEXT + "))?");

        private Patterns() {}
    }
}
