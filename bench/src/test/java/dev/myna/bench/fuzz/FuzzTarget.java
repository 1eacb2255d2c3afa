// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.fuzz;

import dev.myna.Myna;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.TokenSequence;
import dev.myna.engine.error.GrammarException;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.grammar.Grammar;
import dev.myna.engine.prompt.jinja.Template;
import dev.myna.engine.prompt.jinja.values.TemplateException;
import dev.myna.engine.tools.AnswerEvent;
import dev.myna.engine.tools.AnswerReader;
import dev.myna.engine.tools.ReasoningTags;
import dev.myna.engine.tools.Tool;
import dev.myna.engine.tools.ToolFormat;
import dev.myna.loaders.convert.Conversion;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.hf.CheckpointException;
import dev.myna.loaders.hf.HfCheckpoint;
import dev.myna.loaders.hub.HubException;
import dev.myna.loaders.hub.ManifestReader;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.ImageException;
import dev.myna.loaders.quantize.ImportanceMatrix;
import dev.myna.loaders.quantize.QuantizeException;
import dev.myna.testing.TinyCheckpoint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.jr.ob.JSON;

/** The readers of bytes that strangers may write. Each takes any bytes and ends in a result or in its module's exception. */
enum FuzzTarget {
    GGUF("gguf", GgufException.class) {
        @Override
        void read(byte[] data) throws IOException {
            try (GgufFile file = GgufFile.open(file(data))) {
                file.tensors();
            }
        }
    },
    MODEL("gguf", GgufException.class, ModelException.class, RequestException.class) {
        @Override
        void read(byte[] data) throws IOException {
            ModelOptions options = ModelOptions.builder().threads(1).build();
            try (Model model = Myna.loadTextOnly(file(data), options);
                    TokenSequence sequence = model.newTokenSequence(
                            SessionOptions.builder().contextSize(8).build())) {
                sequence.append(new int[] {1});
            }
        }
    },
    JPEG("jpg", ImageException.class) {
        @Override
        void read(byte[] data) {
            image(data, 0xff, 0xd8, 0xff);
        }
    },
    WEBP("webp", ImageException.class) {
        @Override
        void read(byte[] data) {
            image(data, 'R', 'I', 'F', 'F');
        }
    },
    PNG("png", ImageException.class) {
        @Override
        void read(byte[] data) {
            image(data, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n');
        }
    },
    GIF("gif", ImageException.class) {
        @Override
        void read(byte[] data) {
            image(data, 'G', 'I', 'F', '8', '9', 'a');
        }
    },
    BMP("bmp", ImageException.class) {
        @Override
        void read(byte[] data) {
            image(data, 'B', 'M');
        }
    },
    TIFF("tif", ImageException.class) {
        @Override
        void read(byte[] data) {
            image(data, 'I', 'I', 42, 0);
        }
    },
    GBNF("gbnf", GrammarException.class) {
        @Override
        void read(byte[] data) {
            Grammar.gbnf(new String(data, StandardCharsets.UTF_8));
        }
    },
    SCHEMA("json", GrammarException.class, JacksonException.class) {
        @Override
        void read(byte[] data) {
            Map<String, Object> schema = JSON.std.mapFrom(new String(data, StandardCharsets.UTF_8));
            if (schema != null) {
                Grammar.jsonSchema(schema);
            }
        }
    },
    TEMPLATE("jinja", TemplateException.class) {
        @Override
        void read(byte[] data) {
            Template.parse(new String(data, StandardCharsets.UTF_8))
                    .render(CONVERSATION, LocalDateTime.of(2026, 3, 7, 9, 5));
        }
    },
    ANSWER("txt") {
        @Override
        void read(byte[] data) {
            if (data.length < 2) {
                return;
            }
            ToolFormat format = ToolFormat.values()[(data[0] & 0xFF) % ToolFormat.values().length];
            ReasoningTags tags =
                    (data[1] & 1) == 0 ? null : new ReasoningTags("<think>", "</think>", (data[1] & 2) != 0);
            String text = new String(data, 2, data.length - 2, StandardCharsets.UTF_8);
            AnswerReader whole = new AnswerReader(format, TOOLS, tags, (data[1] & 4) == 0, () -> "id");
            AnswerReader cut = new AnswerReader(format, TOOLS, tags, (data[1] & 4) == 0, () -> "id");
            StringBuilder expected = new StringBuilder();
            whole.accept(text).forEach(event -> append(event, expected));
            whole.finish().forEach(event -> append(event, expected));
            StringBuilder found = new StringBuilder();
            for (int i = 0; i < text.length(); i++) {
                cut.accept(text.substring(i, i + 1)).forEach(event -> append(event, found));
            }
            cut.finish().forEach(event -> append(event, found));
            if (!expected.toString().contentEquals(found)) {
                throw new AssertionError("the answer depends on how it was cut: " + expected + ", " + found);
            }
        }
    },
    CONFIG("json", CheckpointException.class) {
        @Override
        void read(byte[] data) throws IOException {
            convert("config.json", data);
        }
    },
    TOKENIZER("json", CheckpointException.class) {
        @Override
        void read(byte[] data) throws IOException {
            convert("tokenizer.model", data);
        }
    },
    SAFETENSORS("safetensors", CheckpointException.class) {
        @Override
        void read(byte[] data) throws IOException {
            checkpoint("model.safetensors", data);
        }
    },
    PICKLE("bin", CheckpointException.class) {
        @Override
        void read(byte[] data) throws IOException {
            checkpoint("pytorch_model.bin", data);
        }
    },
    MANIFEST("json", HubException.class) {
        @Override
        void read(byte[] data) throws IOException {
            ManifestReader.read(new ByteArrayInputStream(data), "fuzz");
        }
    },
    IMATRIX("dat", QuantizeException.class, GgufException.class) {
        @Override
        void read(byte[] data) throws IOException {
            ImportanceMatrix.read(file(data));
        }
    };

    private static final Path FOLDER = folder();

    /** What a template gets: an image, a call and its result. */
    private static final List<Tool> TOOLS = List.of(
            new Tool("now", null, Map.of()),
            new Tool(
                    "look",
                    null,
                    Map.of("properties", Map.of("at", Map.of("type", "string"), "n", Map.of("type", "integer")))));

    private static void append(AnswerEvent event, StringBuilder text) {
        switch (event) {
            case AnswerEvent.Content(String more) -> text.append(more);
            case AnswerEvent.Reasoning(String more) -> text.append(more);
            case AnswerEvent.Arguments(int index, String more) -> text.append(more);
            case AnswerEvent.Call(int index, String id, String name) ->
                text.append("\n[").append(index).append(' ').append(name).append("]\n");
        }
    }

    private static final Map<String, Object> CONVERSATION = Map.of(
            "messages",
            List.of(
                    Map.of("role", "system", "content", "Be brief."),
                    Map.of(
                            "role",
                            "user",
                            "content",
                            List.of(Map.of("type", "image"), Map.of("type", "text", "text", "कौन? <|im_end|>"))),
                    Map.of(
                            "role",
                            "assistant",
                            "content",
                            "",
                            "tool_calls",
                            List.of(Map.of(
                                    "id",
                                    "abcdefghi",
                                    "type",
                                    "function",
                                    "function",
                                    Map.of("name", "f", "arguments", Map.of("a", 1.5, "b", List.of(true)))))),
                    Map.of("role", "tool", "tool_call_id", "abcdefghi", "content", "ok")),
            "tools",
            List.of(Map.of("type", "function", "function", Map.of("name", "f", "parameters", Map.of()))),
            "add_generation_prompt",
            true,
            "bos_token",
            "<s>");

    private final String extension;
    private final Set<Class<? extends Exception>> allowed;

    @SafeVarargs
    FuzzTarget(String extension, Class<? extends Exception>... allowed) {
        this.extension = extension;
        this.allowed = Set.of(allowed);
    }

    abstract void read(byte[] data) throws IOException;

    /** Reads; only what is no result and none of the reader's own exceptions leaves here. */
    final void run(byte[] data) throws IOException {
        try {
            read(data);
        } catch (RuntimeException e) {
            if (allowed.stream().noneMatch(type -> type.isInstance(e))) {
                throw e;
            }
        }
    }

    /** A file with these bytes; the same one each time. */
    final Path file(byte[] data) throws IOException {
        return Files.write(FOLDER.resolve("fuzz." + extension), data);
    }

    /** The format's first bytes are put back, so that work is not wasted on files of no format. */
    private static void image(byte[] data, int... magic) {
        byte[] image = data.clone();
        for (int i = 0; i < Math.min(image.length, magic.length); i++) {
            image[i] = (byte) magic[i];
        }
        ImageDecoder.decode(image, "fuzz", ImageDecoder.Orientation.APPLY);
    }

    /** A small checkpoint with one of its files replaced, as {@code convert} plans it. */
    private static void convert(String name, byte[] data) throws IOException {
        Path checkpoint = FOLDER.resolve("checkpoint");
        if (!Files.exists(checkpoint)) {
            TinyCheckpoint.palo().write(checkpoint);
        }
        Path file = checkpoint.resolve(name);
        byte[] original = Files.readAllBytes(file);
        Files.write(file, data);
        try (Conversion conversion = Conversion.open(checkpoint, Optional.empty(), "fuzz")) {
            conversion.plan();
        } finally {
            Files.write(file, original);
        }
    }

    private static void checkpoint(String name, byte[] data) throws IOException {
        Path folder = Files.createDirectories(FOLDER.resolve(name + ".folder"));
        Files.write(folder.resolve(name), data);
        try (HfCheckpoint checkpoint = HfCheckpoint.open(folder)) {
            checkpoint.names().forEach(checkpoint::find);
        }
    }

    private static Path folder() {
        try {
            Path folder = Files.createTempDirectory("myna-fuzz");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteTree(folder)));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteTree(Path folder) {
        try (var files = Files.walk(folder)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
