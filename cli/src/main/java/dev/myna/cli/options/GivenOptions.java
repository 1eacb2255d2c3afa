// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.options;

import dev.myna.cli.launch.Relauncher;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Finds what would be lost without a message: options given twice, and options and variables without effect. */
public final class GivenOptions {
    /** Every variable that Myna reads. {@code MYNA_JAVA_HOME} is the launcher's, {@code MYNA_LAUNCHED} its own. */
    private static final Set<String> VARIABLES = new TreeSet<>(
            Set.of("MYNA_AOT", "MYNA_API_KEY", "MYNA_CACHE", "MYNA_JAVA_HOME", "MYNA_MIRROR", "MYNA_MIRROR_TOKEN"));

    private static final String PREFIX = "MYNA_";

    private final ParseResult parsed;

    public GivenOptions(ParseResult parsed) {
        this.parsed = parsed;
    }

    /**
     * Refuses an option that takes one value and was given twice. The parser would silently use the last value.
     *
     * @throws ParameterException naming the option and its values
     */
    public void requireOnce() {
        Set<OptionSpec> seen = new HashSet<>();
        for (OptionSpec option : parsed.matchedOptions()) {
            List<String> values = option.originalStringValues();
            if (seen.add(option) && !option.isMultiValue() && values.size() > 1) {
                throw new ParameterException(parsed.commandSpec().commandLine(), twice(option));
            }
        }
    }

    /** The message for an option that was given twice. */
    public static String twice(OptionSpec option) {
        List<String> values = option.originalStringValues();
        String which = option.arity().max() > 0 && values.size() > 1 ? " (" + String.join(" and ", values) + ")" : "";
        return option.longestName() + " is given more than once" + which + ": give it once";
    }

    /** Whether an option was given. */
    boolean has(String name) {
        return parsed.hasMatchedOption(name);
    }

    /** The names of {@code names} that were given. */
    List<String> among(String... names) {
        Set<String> given = new LinkedHashSet<>();
        for (String name : names) {
            if (parsed.hasMatchedOption(name)) {
                given.add(name);
            }
        }
        return List.copyOf(given);
    }

    /**
     * A note on options without effect; none if none of them was given.
     *
     * @param why the end of the note, after "has no effect"
     */
    public List<String> without(String why, String... names) {
        List<String> given = among(names);
        if (given.isEmpty()) {
            return List.of();
        }
        String list = String.join(", ", given);
        return List.of(list + (given.size() == 1 ? " has" : " have") + " no effect " + why);
    }

    /** A note on variables that begin with {@code MYNA_} and that Myna does not read; none if there are none. */
    public static List<String> unknownVariables(Map<String, String> environment) {
        List<String> unknown = new ArrayList<>();
        for (String name : new TreeSet<>(environment.keySet())) {
            if (name.startsWith(PREFIX) && !VARIABLES.contains(name) && !name.equals(Relauncher.GUARD)) {
                unknown.add(name);
            }
        }
        return unknown.isEmpty()
                ? List.of()
                : List.of("unknown environment variable" + (unknown.size() > 1 ? "s " : " ")
                        + String.join(", ", unknown) + ": Myna reads " + String.join(", ", VARIABLES));
    }
}
