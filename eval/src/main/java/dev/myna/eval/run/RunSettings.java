// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import dev.myna.engine.ImageMode;
import dev.myna.engine.SessionOptions;
import dev.myna.eval.data.TaskOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a run depends on, besides the questions.
 *
 * @param options of tasks
 * @param session of all questions, but for the image mode of tasks
 * @param imageMode instead of the tasks' own; empty for those
 * @param modelFiles SHA-256 by the name of each model file
 * @param parallel questions that are answered at once
 * @param limit first questions of each task and language; 0 for all
 * @param facts about the model and the program, for results
 */
public record RunSettings(
        TaskOptions options,
        SessionOptions session,
        Optional<ImageMode> imageMode,
        Map<String, String> modelFiles,
        int parallel,
        int limit,
        Map<String, Object> facts) {
    /** Settings that change answers: part of their identity. */
    Map<String, Object> identity(ImageMode mode) {
        Map<String, Object> map = new LinkedHashMap<>(options.promptSettings());
        map.put("image_mode", mode.name());
        map.put("context", session.contextSize());
        map.put("cache", session.keyType() + "/" + session.valueType());
        map.put("chat_format", session.chatFormat().toString());
        map.put("system", session.systemText());
        map.put("mixture", session.mixture().name());
        map.put("template", session.templateArguments().toString());
        map.put("decoding", "greedy");
        map.put("model", modelFiles.values().stream().sorted().toList());
        return map;
    }
}
