// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.LineSource;
import dev.myna.cli.text.Controls;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.tools.ToolCall;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs the tools that a model calls in a conversation, each call only after the user has agreed. */
final class ToolRunner {
    private static final int LIMIT_SECONDS = 60;
    private static final int MAX_BYTES = 64 << 10;

    private final ToolFile tools;
    private final Console console;
    private final LineSource lines;

    ToolRunner(ToolFile tools, Console console, LineSource lines) {
        this.tools = tools;
        this.console = console;
        this.lines = lines;
    }

    /** The results of the calls of an answer, as messages for the model. */
    List<ChatMessage> results(List<ToolCall> calls) throws IOException {
        List<ChatMessage> results = new ArrayList<>();
        for (ToolCall call : calls) {
            results.add(new ChatMessage.ToolResult(call.id(), call.name(), List.of(result(call))));
        }
        return results;
    }

    private String result(ToolCall call) throws IOException {
        List<String> command = tools.commands().get(call.name());
        console.err()
                .println("The model calls " + call.name() + " with " + Controls.oneLine(call.arguments()) + ": run "
                        + Controls.oneLine(String.join(" ", command)) + "? [y/N]");
        String answer = lines.next();
        boolean agreed =
                answer != null && List.of("y", "yes").contains(answer.strip().toLowerCase(Locale.ROOT));
        if (!agreed) {
            console.err().println("(not run)");
            return "The user did not allow this call.";
        }
        String result = run(command, call.arguments());
        console.err().println(Controls.oneLine(result));
        return result;
    }

    private String run(List<String> command, String arguments) {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(false)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            return "The tool could not be started: " + e.getMessage();
        }
        lines.onInterrupt(process::destroy);
        try {
            CompletableFuture<byte[]> output = CompletableFuture.supplyAsync(() -> read(process));
            try (OutputStream in = process.getOutputStream()) {
                in.write(arguments.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // The tool does not read all of its input: fine.
            }
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return "The tool did not end in " + LIMIT_SECONDS + " seconds.";
            }
            String text = new String(output.join(), StandardCharsets.UTF_8).strip();
            return process.exitValue() == 0 ? text : "The tool failed with code " + process.exitValue() + ". " + text;
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return "The tool was interrupted.";
        } finally {
            lines.onInterrupt(null);
        }
    }

    /** The first bytes of the output. The rest is read and dropped, so that the tool does not block. */
    private static byte[] read(Process process) {
        try (var stream = process.getInputStream()) {
            byte[] begin = stream.readNBytes(MAX_BYTES);
            stream.transferTo(OutputStream.nullOutputStream());
            return begin;
        } catch (IOException e) {
            return new byte[0];
        }
    }
}
