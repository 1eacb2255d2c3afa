// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.eval;

import dev.myna.cli.command.CommandContext;
import dev.myna.engine.error.RequestException;
import dev.myna.eval.judging.CommandJudge;
import dev.myna.eval.judging.EndpointJudge;
import dev.myna.eval.judging.EndpointSettings;
import dev.myna.eval.judging.Judge;
import dev.myna.eval.judging.JudgeRules;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Who judges free answers. */
final class JudgeArguments {
    static final String HEADING = "%nJudge of free answers (llava-bench, m-llava-bench, xchat):%n";

    /** The environment variable with the endpoint's key. */
    static final String KEY = "MYNA_JUDGE_KEY";

    private static final int MAX_TRIES = 100;
    private static final int MAX_PER_MINUTE = 1_000_000;
    private static final int MAX_SECONDS = 24 * 60 * 60;
    private static final Duration BACKOFF = Duration.ofSeconds(1);

    @Option(
            names = "--judge-url",
            paramLabel = "URL",
            description = "OpenAI-compatible endpoint, such as https://HOST/v1; key: " + KEY)
    String url;

    @Option(names = "--judge-model", paramLabel = "NAME", description = "model that the endpoint knows")
    String model;

    @Option(
            names = "--judge-command",
            paramLabel = "CMD",
            description = "instead: a command for each answer, JSON in, review out")
    String command;

    @Option(
            names = "--judge-rules",
            paramLabel = "FILE",
            description = "your rules: a paragraph on the judge, an empty line, the rule")
    Path rules;

    @Option(names = "--judge-rate", paramLabel = "N", description = "most requests a minute; 0 = any (default)")
    int perMinute;

    @Option(names = "--judge-timeout", paramLabel = "S", description = "seconds for a review; default 120")
    int seconds = 120;

    @Option(names = "--judge-tries", paramLabel = "N", description = "attempts for a review; default 5")
    int tries = 5;

    /** The judge; empty if none is named. */
    Optional<Judge> judge(CommandContext context) {
        if (url != null && command != null) {
            throw new RequestException("--judge-url and --judge-command name two judges; give one");
        }
        if (url == null && command == null) {
            if (model != null || rules != null) {
                throw new RequestException("--judge-model and --judge-rules need --judge-url or --judge-command");
            }
            return Optional.empty();
        }
        if (perMinute < 0 || perMinute > MAX_PER_MINUTE) {
            throw new RequestException("--judge-rate is 0 (any) to " + MAX_PER_MINUTE + " requests a minute");
        }
        if (seconds < 1 || seconds > MAX_SECONDS || tries < 1 || tries > MAX_TRIES) {
            throw new RequestException(
                    "--judge-timeout is 1 to " + MAX_SECONDS + " seconds, and --judge-tries 1 to " + MAX_TRIES);
        }
        Duration timeout = Duration.ofSeconds(seconds);
        if (command != null) {
            if (model != null || perMinute != 0) {
                throw new RequestException("--judge-model and --judge-rate are for --judge-url");
            }
            return Optional.of(new CommandJudge(command, timeout));
        }
        if (model == null || model.isBlank()) {
            throw new RequestException("--judge-url needs --judge-model: the name of a model that it serves");
        }
        URI address = EndpointSettings.address(url);
        Optional<String> key =
                Optional.ofNullable(context.environment().get(KEY)).filter(each -> !each.isBlank());
        if (key.isPresent() && key.get().chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new RequestException(KEY + " holds characters that no key has");
        }
        if (key.isPresent() && address.getScheme().equals("http") && !isOwn(address.getHost())) {
            context.console()
                    .note("the key of " + KEY + " goes to " + address.getHost() + " readable for everyone on"
                            + " the way; use https");
        }
        return Optional.of(
                new EndpointJudge(new EndpointSettings(address, model, key, perMinute, tries, timeout, BACKOFF)));
    }

    private static boolean isOwn(String host) {
        return host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
    }

    /** Rules of the user. */
    Optional<JudgeRules> rules() throws IOException {
        return rules == null ? Optional.empty() : Optional.of(JudgeRules.read(rules));
    }
}
