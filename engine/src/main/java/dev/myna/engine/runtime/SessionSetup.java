// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.ChatFormat;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.Message;
import dev.myna.engine.Part;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.decoder.Decoder;
import dev.myna.engine.error.ContextFullException;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.prompt.Conversation;
import dev.myna.engine.prompt.ImagePlace;
import dev.myna.engine.prompt.NamedFormat;
import dev.myna.engine.prompt.PromptFormat;
import dev.myna.engine.prompt.PromptMessage;
import dev.myna.engine.prompt.PromptPiece;
import dev.myna.engine.prompt.TemplateFormat;
import dev.myna.engine.tools.ToolCall;
import dev.myna.engine.tools.ToolUse;
import dev.myna.kernels.KvCache;
import dev.myna.loaders.image.RgbImage;
import dev.myna.loaders.text.Text;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What session options mean for a model.
 *
 * @param format how conversations are written
 * @param contextSize positions of a KV cache
 */
record SessionSetup(LoadedModel model, SessionOptions options, PromptFormat format, int contextSize) {

    /**
     * @throws RequestException if the options ask for more context than the model was trained for, or an unknown format
     * @throws ModelException if they name no format and the file's chat template cannot be used
     */
    static SessionSetup of(LoadedModel model, SessionOptions options) {
        return new SessionSetup(model, options, format(model, options.chatFormat()), contextSize(model, options));
    }

    /**
     * For texts and tokens that are no conversation.
     *
     * @throws RequestException if the options ask for more context than the model was trained for
     */
    static SessionSetup plain(LoadedModel model, SessionOptions options) {
        return new SessionSetup(model, options, NamedFormat.PLAIN, contextSize(model, options));
    }

    private static int contextSize(LoadedModel model, SessionOptions options) {
        int trained = model.decoder().config().contextLength();
        if (options.contextSize() > trained) {
            throw new RequestException("context size " + options.contextSize() + " exceeds the " + trained
                    + " positions the model was trained for");
        }
        return options.contextSize() == 0 ? Math.min(trained, Session.LARGEST_DEFAULT_CONTEXT) : options.contextSize();
    }

    private static PromptFormat format(LoadedModel model, ChatFormat format) {
        return switch (format) {
            case ChatFormat.OfModel _ -> model.fileFormat().require();
            case ChatFormat.Named named -> named(named);
            case ChatFormat.Template(String source) -> template(model, source);
        };
    }

    private static NamedFormat named(ChatFormat.Named format) {
        return switch (format) {
            case VICUNA_V1 -> NamedFormat.VICUNA_V1;
            case LLAVA_V1 -> NamedFormat.LLAVA_V1;
            case CHATML -> NamedFormat.CHATML;
            case LLAMA3 -> NamedFormat.LLAMA3;
            case QWEN_1_5 -> NamedFormat.QWEN_1_5;
            case AYA -> NamedFormat.AYA;
            case CENTURIO -> NamedFormat.CENTURIO;
            case QWEN2_VL -> NamedFormat.QWEN2_VL;
            case QWEN3 -> NamedFormat.QWEN3;
            case INTERNVL -> NamedFormat.INTERNVL;
            case GEMMA3 -> NamedFormat.GEMMA3;
            case SMOLVLM -> NamedFormat.SMOLVLM;
            case COHERE -> NamedFormat.COHERE;
            case PLAIN -> NamedFormat.PLAIN;
        };
    }

    private static PromptFormat template(LoadedModel model, String source) {
        if (!TemplateFormat.isSource(source)) {
            throw new RequestException("the chat template holds neither {{ nor {%: " + Text.line(source, Text.SHOWN));
        }
        try {
            return TemplateFormat.of(source, model.tokenizer(), model.specialTokens());
        } catch (ModelException e) {
            throw new RequestException("the chat template cannot be used: " + e.getMessage());
        }
    }

    /** Names of variables that the format does not know. */
    List<String> unread(Map<String, Object> arguments) {
        return arguments.keySet().stream().filter(name -> !format.reads(name)).toList();
    }

    /** @throws RequestException if the model's heads do not fit the cache's number formats */
    void requireCache() {
        try (Arena arena = Arena.ofShared()) {
            newCache(arena, 1);
        }
    }

    /**
     * @param maxRows rows of a sequence in one pass, at most
     * @throws RequestException if the model's heads do not fit the cache's number formats
     */
    KvCache newCache(Arena arena, int maxRows) {
        Decoder decoder = model.decoder();
        try {
            return decoder.newCache(arena, contextSize, options.keyType(), options.valueType(), maxRows);
        } catch (IllegalArgumentException e) {
            throw new RequestException(e.getMessage());
        }
    }

    /**
     * A conversation as prompt formats take it. The system text of the options is in front, unless the messages have one.
     *
     * @param request variables for the chat template that replace those of the options
     */
    Conversation conversation(List<ChatMessage> messages, ToolUse tools, Map<String, Object> request) {
        List<PromptMessage> all = new ArrayList<>();
        if (!options.systemText().isEmpty() && !hasSystemText(messages)) {
            all.add(new PromptMessage.System(options.systemText(), false));
        }
        for (ChatMessage message : messages) {
            all.add(
                    switch (message) {
                        case ChatMessage.System(String text, boolean developer) ->
                            new PromptMessage.System(text, developer);
                        case ChatMessage.User(Message content, String name) ->
                            new PromptMessage.User(parts(content), name);
                        case ChatMessage.Assistant(String text, String reasoning, List<ToolCall> calls) ->
                            new PromptMessage.Assistant(text, reasoning, calls);
                        case ChatMessage.ToolResult(String id, String name, List<String> texts) ->
                            new PromptMessage.ToolResult(id, name, texts);
                    });
        }
        Map<String, Object> arguments = new LinkedHashMap<>(options.templateArguments());
        arguments.putAll(request);
        return new Conversation(all, tools.offered(), arguments);
    }

    private static boolean hasSystemText(List<ChatMessage> messages) {
        for (ChatMessage message : messages) {
            if (message instanceof ChatMessage.System) {
                return true;
            }
        }
        return false;
    }

    private static List<PromptMessage.Part> parts(Message message) {
        List<PromptMessage.Part> parts = new ArrayList<>();
        for (Part part : message.parts()) {
            parts.add(
                    switch (part) {
                        case Part.Text(String text) -> new PromptMessage.Text(text);
                        case Part.Image _ -> new PromptMessage.Image();
                    });
        }
        return parts;
    }

    /** Images of a conversation, in order. */
    static List<RgbImage> images(List<ChatMessage> messages) {
        List<RgbImage> images = new ArrayList<>();
        for (ChatMessage message : messages) {
            if (message instanceof ChatMessage.User user) {
                images.addAll(user.message().images());
            }
        }
        return images;
    }

    /** A conversation as the decoder sees it; {@code shown} are its images, in order. */
    Prompt prompt(Conversation conversation, List<PromptImage> shown, ImageStore images) {
        List<PromptPiece> pieces = format.render(model.tokenizer(), conversation, places(shown));
        boolean bothWays = model.decoder().config().traits().imagesSeeBothWays();
        int[] text = Prompt.of(pieces, shown, bothWays).tokens().toArray();
        return Prompt.of(pieces, images.guided(shown, text), bothWays);
    }

    private static List<ImagePlace> places(List<PromptImage> shown) {
        List<ImagePlace> places = new ArrayList<>(shown.size());
        for (PromptImage image : shown) {
            places.add(image.place());
        }
        return places;
    }

    /**
     * Rows of the largest pass that is to be expected.
     *
     * @param limit rows of a pass of text
     */
    int passRows(int limit) {
        int rows = Math.min(model.decoder().maxRows(limit), contextSize);
        int block = model.blockRows();
        return block == 0 ? rows : Math.max(rows, Math.min(model.decoder().maxRows(rowsAround(block)), contextSize));
    }

    /** Rows of the smallest pass that always takes a block, with the few rows before and behind it that may not be alone. */
    private int rowsAround(int block) {
        return block + 2 * model.decoder().fewRows();
    }

    /** @throws RequestException if the prompt does not fit, or is empty */
    void requireFits(Prompt prompt) {
        if (prompt.size() == 0) {
            throw new RequestException("the prompt is empty, and the vocabulary has no token to begin with");
        }
        if (prompt.size() > contextSize) {
            throw new ContextFullException("the conversation needs " + prompt.size()
                    + " positions but the context holds " + contextSize + "; raise the context size, or start afresh");
        }
        if (prompt.largestBlock() > model.blockRows()) {
            throw new RequestException(
                    "an image has " + prompt.largestBlock() + " rows that see each other, more than the "
                            + model.blockRows() + " of a tile that the model computes together");
        }
        int pass = Math.min(prompt.size(), rowsAround(prompt.largestBlock()));
        if (model.decoder().maxRows(pass) < pass) {
            throw new RequestException("the model would compute " + pass + " rows of an image together, but only "
                    + model.decoder().maxRows(pass) + " are in proportion to its file");
        }
    }
}
