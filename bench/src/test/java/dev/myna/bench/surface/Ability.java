// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.surface;

import java.util.List;

/**
 * What a user may ask of an answer, and its name on each surface. The one source of docs/abilities.md.
 *
 * @param what in a few words
 * @param library a method of the builder of {@code GenerationOptions}, {@code SessionOptions} or {@code ModelOptions}, with the class in
 *     front
 * @param option of {@code run} and {@code chat}
 * @param command the command of a conversation in {@code chat}, or empty: the option alone
 * @param serve an option of {@code serve} that sets the default, or empty
 * @param field of a request over HTTP; {@link #SERVE} if only the server's option says it
 * @param langchain4j a class of its interface or of Myna's with a method
 */
record Ability(
        String group,
        String what,
        String library,
        String option,
        String command,
        String serve,
        String field,
        String langchain4j) {
    /** A request cannot say it. */
    static final String SERVE = "";

    private static final String PARAMETERS = "ChatRequestParameters.";
    private static final String OWN = "MynaRequestParameters.";

    /** All, in the order of the page. */
    static final List<Ability> ALL = List.of(
            new Ability(
                    "Prompt",
                    "system prompt",
                    "SessionOptions.systemText",
                    "--system-prompt",
                    "/system",
                    "--system-prompt",
                    "messages",
                    "SystemMessage.text"),
            new Ability("Prompt", "images", "Message.of", "--image", "/image", "", "messages", "ImageContent.image"),
            new Ability(
                    "Prompt",
                    "prompt format",
                    "SessionOptions.chatFormat",
                    "--chat-template",
                    "",
                    "--chat-template",
                    SERVE,
                    "SessionOptions.chatFormat"),
            new Ability(
                    "Prompt",
                    "variables of the chat template (thinking on or off)",
                    "SessionOptions.templateArguments",
                    "--template-arg",
                    "",
                    "--template-arg",
                    "chat_template_kwargs",
                    OWN + "templateArguments"),
            new Ability(
                    "Form",
                    "JSON schema",
                    "GenerationOptions.grammar",
                    "--json-schema",
                    "",
                    "",
                    "response_format",
                    PARAMETERS + "responseFormat"),
            new Ability(
                    "Form",
                    "grammar (GBNF)",
                    "GenerationOptions.grammar",
                    "--grammar-file",
                    "",
                    "",
                    "grammar",
                    OWN + "grammar"),
            new Ability(
                    "Form",
                    "tools",
                    "SessionOptions.tools",
                    "--tools",
                    "",
                    "",
                    "tools",
                    PARAMETERS + "toolSpecifications"),
            new Ability(
                    "Form",
                    "which tool",
                    "SessionOptions.tools",
                    "--tool-choice",
                    "",
                    "",
                    "tool_choice",
                    PARAMETERS + "toolChoice"),
            new Ability(
                    "Form",
                    "limit of reasoning",
                    "GenerationOptions.reasoningBudget",
                    "--reasoning-budget",
                    "/set",
                    "--reasoning-budget",
                    "reasoning_budget",
                    OWN + "reasoningBudget"),
            sampling("max. tokens", "maxTokens", "--n-predict", "max_tokens", PARAMETERS + "maxOutputTokens"),
            sampling("temperature", "temperature", "--temp", "temperature", PARAMETERS + "temperature"),
            sampling("top-k", "topK", "--top-k", "top_k", PARAMETERS + "topK"),
            sampling("top-p", "topP", "--top-p", "top_p", PARAMETERS + "topP"),
            sampling("min-p", "minP", "--min-p", "min_p", OWN + "minP"),
            sampling("repeat penalty", "repeatPenalty", "--repeat-penalty", "repeat_penalty", OWN + "repeatPenalty"),
            sampling(
                    "presence penalty",
                    "presencePenalty",
                    "--presence-penalty",
                    "presence_penalty",
                    PARAMETERS + "presencePenalty"),
            sampling(
                    "frequency penalty",
                    "frequencyPenalty",
                    "--frequency-penalty",
                    "frequency_penalty",
                    PARAMETERS + "frequencyPenalty"),
            sampling("seed", "seed", "--seed", "seed", OWN + "seed"),
            new Ability(
                    "Sampling",
                    "stop texts",
                    "GenerationOptions.stop",
                    "--stop",
                    "",
                    "--stop",
                    "stop",
                    PARAMETERS + "stopSequences"),
            new Ability(
                    "Sampling",
                    "logit bias",
                    "GenerationOptions.logitBias",
                    "--logit-bias",
                    "",
                    "--logit-bias",
                    "logit_bias",
                    OWN + "logitBias"),
            image("how images are made square", "SessionOptions.imageMode", "--image-mode"),
            image("positions of an image", "ModelOptions.imageTokens", "--image-tokens"),
            image("tiles of an image", "ModelOptions.imageTiles", "--tiles"),
            image("crops of an image", "ModelOptions.imageTiles", "--pan-and-scan"),
            image("experts of the first image only", "SessionOptions.mixture", "--parrot-compat"),
            new Ability(
                    "Images",
                    "EXIF orientation",
                    "ImageDecoder.decode",
                    "--exif",
                    "",
                    "--exif",
                    SERVE,
                    "MynaOptions.withOrientation"));

    private static Ability sampling(String what, String method, String option, String field, String langchain4j) {
        return new Ability("Sampling", what, "GenerationOptions." + method, option, "/set", option, field, langchain4j);
    }

    /** Options of the model or of its sessions: a server, or a scheduler under langchain4j, has one for all requests. */
    private static Ability image(String what, String library, String option) {
        return new Ability("Images", what, library, option, "", option, SERVE, library);
    }
}
