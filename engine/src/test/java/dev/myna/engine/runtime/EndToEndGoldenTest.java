// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.ImageMode;
import dev.myna.engine.Message;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.TestDevice;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.prompt.Conversation;
import dev.myna.engine.prompt.PromptPiece;
import dev.myna.engine.prompt.Turn;
import dev.myna.engine.sampling.Sampler;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.convert.Conversion;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.Numbers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole models, image and question in, against float64: prompt ids, image rows, first logits, 24 greedy tokens. */
@NeedsGolden
class EndToEndGoldenTest {
    private static final ModelOptions EXACT =
            ModelOptions.builder().threads(2).kernels(CpuKernels.VECTOR).build();

    private static final int PICTURE = -200;

    @TempDir
    static Path converted;

    record Case(Map<String, Object> model, Map<String, Object> values) {
        String text(String key) {
            return (String) values.get(key);
        }

        Path file(String key) {
            return Golden.path("e2e/" + model.get(key));
        }

        float[] floats(String key) {
            return Golden.floats("e2e/" + model.get("name") + "/" + ((Map<?, ?>) values.get(key)).get("file"));
        }

        List<RgbImage> images() {
            return ((List<?>) values.get("images"))
                    .stream()
                            .map(name -> ImageDecoder.decode(
                                    Golden.path("e2e/" + model.get("name") + "/" + name),
                                    ImageDecoder.Orientation.IGNORE))
                            .toList();
        }

        ImageMode mode() {
            return switch (text("mode")) {
                case "square" -> ImageMode.CROP;
                case "anyres" -> ImageMode.AUTO;
                default -> ImageMode.PAD;
            };
        }

        @Override
        public String toString() {
            return model.get("name") + "/" + values.get("case");
        }
    }

    static Stream<Case> cases() {
        return cases("cases");
    }

    static Stream<Case> promptOnly() {
        return cases("prompt_only");
    }

    private static Stream<Case> cases(String kind) {
        return list(Golden.json("e2e/manifest.json").get("models")).stream()
                .filter(model ->
                        List.of("palo", "mobilepalo", "pangea", "parrot").contains(model.get("name")))
                .flatMap(model -> list(model.get(kind)).stream().map(values -> new Case(model, values)));
    }

    static Stream<Arguments> casesOnOpenCl() {
        return TestDevice.eachWith(cases(), TestDevice.OPENCL, TestDevice.DIVIDED);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void imageRowsLogitsAndTokensEqualFloat64(Case golden) {
        imageRowsLogitsAndTokensEqualFloat64(TestDevice.VECTOR, golden);
    }

    @NeedsOpenCl
    @ParameterizedTest
    @MethodSource("casesOnOpenCl")
    void imageRowsLogitsAndTokensEqualFloat64OnOpenCl(TestDevice device, Case golden) {
        imageRowsLogitsAndTokensEqualFloat64(device, golden);
    }

    private static void imageRowsLogitsAndTokensEqualFloat64(TestDevice device, Case golden) {
        assertAnswers(golden, golden.file("text"), golden.file("mmproj"), device.options());
    }

    /** The same models once more, from checkpoints in their authors' layouts. */
    @ParameterizedTest
    @MethodSource("cases")
    void convertedModelsEqualFloat64(Case golden) throws IOException {
        Path folder = converted.resolve((String) golden.model.get("name"));
        Path text = folder.resolve("text.gguf");
        Path vision = folder.resolve("vision.gguf");
        if (!Files.exists(vision)) {
            convert(golden, folder.resolve("checkpoint"), text, vision);
        }
        assertAnswers(golden, text, vision, EXACT);
    }

    private static void convert(Case golden, Path folder, Path text, Path vision) throws IOException {
        try (GgufFile textFile = GgufFile.open(golden.file("text"));
                GgufFile visionFile = GgufFile.open(golden.file("mmproj"))) {
            PublishedLayout.of(textFile, visionFile).write(folder);
        }
        try (Conversion conversion = Conversion.open(folder, Optional.empty(), "converted")) {
            assertEquals(List.of(), conversion.plan().unused());
            conversion.write(conversion.plan().text(), FileType.F32, text, 2, _ -> {});
            conversion.write(conversion.plan().vision(), FileType.F32, vision, 2, _ -> {});
        }
    }

    private static void assertAnswers(Case golden, Path text, Path vision, ModelOptions options) {
        try (LoadedModel model = (LoadedModel) Myna.load(text, vision, options);
                ConversationSession session = model.newSession(SessionOptions.builder()
                        .cacheType(TensorType.F32)
                        .imageMode(golden.mode())
                        .contextSize(512)
                        .build())) {
            List<RgbImage> images = golden.images();
            assertArrayEquals(ints(golden.values.get("ids")), promptIds(model, golden));
            if (!images.isEmpty()) {
                int width = model.vision().width();
                List<float[]> rows = images.stream()
                        .map(image -> guided(model, golden, model.vision().encode(image, golden.mode())))
                        .toList();
                assertEquals(
                        golden.values.get("image_tokens"),
                        rows.stream().map(each -> each.length / width).toList());
                double error = Numbers.maxAbs(golden.floats("image_embd"), concatenate(rows));
                assertTrue(error <= 2e-4, "image_embd: max abs " + error);
            }

            Generation generation = start(session, golden, images, 24);
            Sampler greedy = new Sampler(GenerationOptions.greedy(), model.tokenizer());
            StepwiseAnswer answer = stepwise(session, generation, greedy, 24);
            assertEquals(golden.values.get("positions"), generation.stats().promptTokens());
            float[] expected = golden.floats("first_logits");
            double maxAbs = Numbers.maxAbs(expected, answer.firstLogits);
            double relative = Numbers.relativeL2(expected, answer.firstLogits);
            assertTrue(maxAbs <= 1e-3 && relative <= 5e-5, "logits: max abs " + maxAbs + ", relative L2 " + relative);
            assertTokens(golden, answer.ids);
            assertRouters(golden, generation.routers());
        }
    }

    /**
     * Machine code rounds activations to 8 bits where weights are quantized, and has wider bounds there (docs/precision.md).
     * Without quantized weights the bounds are those of exact arithmetic.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void machineCodeAnswersWithinTheStatedBounds(Case golden) {
        ModelOptions options =
                ModelOptions.builder().threads(2).kernels(CpuKernels.JIT).build();
        if (!quantized(golden.file("text")) && !quantized(golden.file("mmproj"))) {
            assertAnswers(golden, golden.file("text"), golden.file("mmproj"), options);
            return;
        }
        try (LoadedModel model = (LoadedModel) Myna.load(golden.file("text"), golden.file("mmproj"), options);
                ConversationSession session = model.newSession(SessionOptions.builder()
                        .cacheType(TensorType.F32)
                        .imageMode(golden.mode())
                        .contextSize(512)
                        .build())) {
            Generation generation = start(session, golden, golden.images(), 24);
            Sampler greedy = new Sampler(GenerationOptions.greedy(), model.tokenizer());
            StepwiseAnswer answer = stepwise(session, generation, greedy, 24);
            double relative = Numbers.relativeL2(golden.floats("first_logits"), answer.firstLogits);
            assertTrue(relative < 0.05, "logits: relative L2 " + relative);
            int[] expected = ints(golden.values.get("greedy"));
            List<?> margins = (List<?>) golden.values.get("margins");
            for (int i = 0; i < expected.length && ((Number) margins.get(i)).doubleValue() > 0.3; i++) {
                assertEquals(expected[i], answer.ids[i], "token " + i);
            }
        }
    }

    private static boolean quantized(Path path) {
        try (GgufFile file = GgufFile.open(path)) {
            return file.tensors().values().stream()
                    .anyMatch(tensor -> tensor.type().blockSize() > 1);
        }
    }

    /** The rows as the text of the whole prompt guides them, where the model has such a mixture. */
    private static float[] guided(LoadedModel model, Case golden, float[] rows) {
        int[] text = Arrays.stream(ints(golden.values.get("ids")))
                .filter(id -> id != PICTURE)
                .toArray();
        return model.vision()
                .textGuide()
                .map(guide -> guide.guide(rows, model.embeddings(text), Checkpoint.NONE)
                        .rows())
                .orElse(rows);
    }

    private static void assertRouters(Case golden, List<float[]> routers) {
        if (golden.values.get("router") instanceof List<?> expected) {
            assertEquals(expected.size(), routers.size());
            for (int i = 0; i < routers.size(); i++) {
                List<?> weights = (List<?>) expected.get(i);
                assertEquals(weights.size(), routers.get(i).length);
                double sum = 0;
                for (int j = 0; j < weights.size(); j++) {
                    assertEquals(((Number) weights.get(j)).doubleValue(), routers.get(i)[j], 1e-5, "expert " + j);
                    sum += routers.get(i)[j];
                }
                assertEquals(1, sum, 1e-6);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void streamedTextIsTheTokensText(Case golden) {
        try (LoadedModel model = (LoadedModel) Myna.load(golden.file("text"), golden.file("mmproj"), EXACT);
                ConversationSession session = model.newSession(SessionOptions.builder()
                        .cacheType(TensorType.F32)
                        .imageMode(golden.mode())
                        .build())) {
            String text = start(session, golden, golden.images(), 24).text();
            byte[] bytes = HexFormat.of().parseHex(golden.text("text_hex"));
            assertEquals(new String(bytes, StandardCharsets.UTF_8).strip(), text);
        }
    }

    @ParameterizedTest
    @MethodSource("promptOnly")
    void userTextStaysText(Case golden) {
        try (LoadedModel model = (LoadedModel) Myna.load(
                golden.file("text"),
                golden.file("mmproj"),
                ModelOptions.builder().threads(1).build())) {
            Turn turn = turns(golden, 1).getFirst();
            assertArrayEquals(
                    ints(golden.values.get("ids")),
                    ids(model.fileFormat().require().render(model.tokenizer(), new Conversation(null, List.of(turn)))));
        }
    }

    private static Generation start(ConversationSession session, Case golden, List<RgbImage> images, int tokens) {
        List<Turn> turns = turns(golden, images.size());
        for (int i = 0; i < turns.size(); i++) {
            RgbImage[] shown = i == 0 ? images.toArray(RgbImage[]::new) : new RgbImage[0];
            Message message = Message.of(turns.get(i).question(), shown);
            if (turns.get(i).answer() == null) {
                return session.generate(
                        message, GenerationOptions.builder().maxTokens(tokens).build());
            }
            session.remember(message, turns.get(i).answer());
        }
        throw new AssertionError("no open turn in " + golden);
    }

    private record StepwiseAnswer(float[] firstLogits, int[] ids) {}

    /** The session's passes without the end of generation: the goldens go on for 24 tokens whatever they are. */
    private static StepwiseAnswer stepwise(
            ConversationSession session, Generation started, Sampler sampler, int count) {
        SessionGeneration generation = (SessionGeneration) started;
        session.prefill(generation.prompt(), generation);
        float[] first = session.logits().clone();
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = sampler.next(session.logits());
            if (i < count - 1) {
                session.feed(ids[i]);
            }
        }
        return new StepwiseAnswer(first, ids);
    }

    private static void assertTokens(Case golden, int[] actual) {
        int[] expected = ints(golden.values.get("greedy"));
        List<?> asserted = (List<?>) golden.values.get("assert_step");
        for (int i = 0; i < expected.length; i++) {
            if (asserted.get(i).equals(true)) {
                assertEquals(expected[i], actual[i], "token " + i + " of " + Arrays.toString(actual));
            }
        }
    }

    private static int[] promptIds(LoadedModel model, Case golden) {
        return ids(model.fileFormat()
                .require()
                .render(
                        model.tokenizer(),
                        new Conversation(null, turns(golden, ((List<?>) golden.values.get("images")).size()))));
    }

    private static float[] concatenate(List<float[]> arrays) {
        float[] all = new float[arrays.stream().mapToInt(each -> each.length).sum()];
        int to = 0;
        for (float[] each : arrays) {
            System.arraycopy(each, 0, all, to, each.length);
            to += each.length;
        }
        return all;
    }

    private static int[] ids(List<PromptPiece> pieces) {
        return pieces.stream()
                .flatMapToInt(piece -> switch (piece) {
                    case PromptPiece.Tokens tokens -> Arrays.stream(tokens.ids());
                    case PromptPiece.Image image -> java.util.stream.IntStream.of(PICTURE);
                })
                .toArray();
    }

    private static List<Turn> turns(Case golden, int images) {
        List<Turn> turns = new ArrayList<>();
        for (Map<String, Object> turn : list(golden.values.get("turns"))) {
            turns.add(
                    new Turn(turns.isEmpty() ? images : 0, (String) turn.get("question"), (String) turn.get("answer")));
        }
        return turns;
    }

    private static int[] ints(Object list) {
        return ((List<?>) list)
                .stream().mapToInt(value -> ((Number) value).intValue()).toArray();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Object value) {
        return (List<Map<String, Object>>) value;
    }
}
