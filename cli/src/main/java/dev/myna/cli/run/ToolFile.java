// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.cli.text.Json;
import dev.myna.cli.text.Units;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.tools.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A file of tools: {@code {"tools": [{"name": …, "description": …, "parameters": SCHEMA, "command": […]}]}}. A command
 * gets the arguments as JSON on its stdin; what it writes to stdout is the result. {@code chat} needs commands, {@code run} only shows calls.
 *
 * @param tools the tools, as the model sees them
 * @param commands program and arguments, by the tool's name
 */
record ToolFile(List<Tool> tools, Map<String, List<String>> commands) {
    private static final long MAX_BYTES = 1 << 20;
    private static final Set<String> KEYS = Set.of("name", "description", "parameters", "command");

    /** No tools. */
    static final ToolFile NONE = new ToolFile(List.of(), Map.of());

    /** @throws RequestException saying what is wrong with the file, and where */
    static ToolFile read(Path path) throws IOException {
        if (Files.size(path) > MAX_BYTES) {
            throw new RequestException(path + ": a tools file has at most " + Units.bytes(MAX_BYTES));
        }
        Map<String, Object> file;
        try {
            file = Json.object(Files.readString(path, StandardCharsets.UTF_8));
        } catch (RequestException e) {
            throw new RequestException(path + ": " + e.getMessage());
        }
        if (!(file.get("tools") instanceof List<?> list)) {
            throw new RequestException(path + ": a tools file is a JSON object with a list \"tools\"");
        }
        List<Tool> tools = new ArrayList<>();
        Map<String, List<String>> commands = new LinkedHashMap<>();
        for (int i = 0; i < list.size(); i++) {
            String place = path + ": tools[" + i + "]";
            if (!(list.get(i) instanceof Map<?, ?> entry) || !KEYS.containsAll(entry.keySet())) {
                throw new RequestException(place + " must be an object with name, description, parameters and command");
            }
            try {
                Tool tool = tool(entry, place);
                tools.add(tool);
                if (entry.get("command") != null) {
                    commands.put(tool.name(), command(entry.get("command"), place));
                }
            } catch (RequestException e) {
                throw e.getMessage().startsWith(place) ? e : new RequestException(place + ": " + e.getMessage());
            }
        }
        return new ToolFile(tools, commands);
    }

    /** @throws RequestException if a tool has no command to run it */
    void requireCommands(Path path) {
        for (int i = 0; i < tools.size(); i++) {
            if (!commands.containsKey(tools.get(i).name())) {
                throw new RequestException(
                        path + ": tools[" + i + "].command must be a list of strings: a program and its arguments");
            }
        }
    }

    private static Tool tool(Map<?, ?> entry, String place) {
        if (!(entry.get("name") instanceof String name)) {
            throw new RequestException(place + ".name must be a string");
        }
        Object description = entry.get("description");
        if (description != null && !(description instanceof String)) {
            throw new RequestException(place + ".description must be a string");
        }
        Map<String, Object> parameters = new LinkedHashMap<>();
        if (entry.get("parameters") instanceof Map<?, ?> schema) {
            schema.forEach((key, value) -> parameters.put((String) key, value));
        } else if (entry.get("parameters") != null) {
            throw new RequestException(place + ".parameters must be a JSON schema");
        }
        return new Tool(name, (String) description, parameters);
    }

    private static List<String> command(Object value, String place) {
        if (!(value instanceof List<?> words)
                || words.isEmpty()
                || !words.stream().allMatch(String.class::isInstance)) {
            throw new RequestException(place + ".command must be a list of strings: a program and its arguments");
        }
        return words.stream().map(String.class::cast).toList();
    }
}
