// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Tokenizers;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Token ids of every prompt of the families' goldens, with the file's template where it has one and with the family's format. Places of
 * images are built here as docs/spec/families.md describes them.
 */
@NeedsGolden
class FamilyPromptGoldenTest {
    private static final int PICTURE = -200;

    /** Texts of an image's place: those around all rows, or those of a golden's plan. */
    private interface Place {
        /** @param plan of the image, or null if the golden has none; @param rows of each block, which are taken from the front */
        ImagePlace of(Map<String, Object> plan, List<Integer> rows);
    }

    /** A decoder file with its tokenizer and its format. */
    private record Model(Tokenizer tokenizer, PromptFormat format) {
        static Model open(String path, NamedFormat ofVision) {
            try (GgufFile file = GgufFile.open(Golden.path("families/" + path))) {
                Tokenizer tokenizer = Tokenizers.load(file);
                return new Model(
                        tokenizer,
                        FileFormat.of(tokenizer, file.metadata(), ofVision).require());
            }
        }
    }

    @Test
    void gemma3() {
        siglip("gemma3", NamedFormat.GEMMA3, null, true, FamilyPromptGoldenTest::gemma);
    }

    @Test
    void smolvlm() {
        siglip("smolvlm", NamedFormat.SMOLVLM, null, true, FamilyPromptGoldenTest::tilesInRows);
    }

    @Test
    void internvl3() {
        siglip("internvl3", NamedFormat.INTERNVL, null, true, around("<img>", "</img>"));
    }

    /** Its file's template is a fragment that does not print the texts of users. */
    @Test
    void ayaVision() {
        siglip("ayavision", NamedFormat.COHERE, null, false, FamilyPromptGoldenTest::numberedTiles);
    }

    /** Their files have no template, and one vocabulary: only the vision file tells them apart. */
    @Test
    void llavaOneVisionMayaAndCenturio() {
        Map<String, NamedFormat> formats = Map.of(
                "onevision-f32", NamedFormat.QWEN_1_5,
                "maya-f32", NamedFormat.AYA,
                "centurio-f32", NamedFormat.CENTURIO);
        int compared = 0;
        for (Map<String, Object> model : models("llava")) {
            NamedFormat format = formats.get((String) model.get("name"));
            compared += siglip("llava", model, format, format, false, FamilyPromptGoldenTest::bare);
        }
        assertTrue(compared >= 16, "compared only " + compared);
    }

    @Test
    void qwen2Vl() {
        qwen("qwen2vl", NamedFormat.QWEN2_VL);
    }

    @Test
    void qwen25Vl() {
        qwen("qwen25vl", NamedFormat.QWEN2_VL);
    }

    @Test
    void qwen3Vl() {
        qwen("qwen3vl", NamedFormat.QWEN3);
    }

    @Test
    void qwen3WithAndWithoutThinking() {
        qwen("qwen3", NamedFormat.QWEN3);
    }

    private static void siglip(String family, NamedFormat format, NamedFormat ofVision, boolean template, Place place) {
        int compared = 0;
        for (Map<String, Object> model : models(family)) {
            compared += siglip(family, model, format, ofVision, template, place);
        }
        assertTrue(compared >= 8, "compared only " + compared);
    }

    /** @param template whether the file's template is used */
    private static int siglip(
            String family,
            Map<String, Object> golden,
            NamedFormat format,
            NamedFormat ofVision,
            boolean template,
            Place place) {
        Model model = Model.open(family + "/" + golden.get("text"), ofVision);
        if (template) {
            assertInstanceOf(TemplateFormat.class, model.format());
        } else {
            assertEquals(format, model.format());
        }
        stops(model, golden);
        int compared = 0;
        for (Map<String, Object> c : list(golden.get("cases"))) {
            List<Integer> rows = new ArrayList<>();
            for (int block : ints(c.get("blocks"))) {
                rows.add(block);
            }
            List<ImagePlace> places = new ArrayList<>();
            for (Map<String, Object> plan : list(c.get("plan"))) {
                places.add(place.of(plan, rows));
            }
            assertEquals(List.of(), rows);
            Conversation conversation = conversation(null, turns(c), places.size(), 0);
            compare(c, model.format(), model.tokenizer(), conversation, places);
            compare(c, format, model.tokenizer(), conversation, places);
            compared++;
        }
        return compared;
    }

    private static void qwen(String family, NamedFormat format) {
        Map<String, Object> manifest = Golden.json("families/" + family + "/manifest.json");
        Map<String, Model> models = new HashMap<>();
        for (Map<String, Object> variant : list(manifest.get("variants"))) {
            Model model = Model.open(family + "/" + variant.get("text"), null);
            assertInstanceOf(TemplateFormat.class, model.format());
            stops(model, variant);
            models.put((String) variant.get("name"), model);
        }
        int compared = 0;
        for (Map<String, Object> c : list(manifest.get("cases"))) {
            Conversation conversation = conversation(
                    null, turns(c), ((List<?>) c.get("images")).size(), ((Number) c.get("images_turn")).intValue());
            if (c.containsKey("thinking")) {
                conversation = conversation.withArguments(Map.of("enable_thinking", c.get("thinking")));
            }
            qwen(c, models.get((String) c.get("variant")), format, conversation);
            compared++;
        }
        for (Map<String, Object> c : list(manifest.get("prompt_only"))) {
            int images = ((Number) c.get("images")).intValue();
            Map<String, Object> arguments = new HashMap<>();
            arguments.put("add_vision_id", c.get("add_vision_id"));
            if (family.equals("qwen3")) {
                arguments.put("enable_thinking", false);
            }
            Conversation conversation =
                    conversation((String) c.get("system"), turns(c), images, 0).withArguments(arguments);
            qwen(c, models.get("f32"), format, conversation);
            compared++;
        }
        assertTrue(compared >= 8, "compared only " + compared);
    }

    /** Whether the place of an image has the marks or not, they are there once. */
    private static void qwen(Map<String, Object> c, Model model, NamedFormat format, Conversation conversation) {
        int images = conversation.images();
        for (Place place :
                List.of(around("<|vision_start|>", "<|vision_end|>"), (Place) FamilyPromptGoldenTest::bare)) {
            List<ImagePlace> places = new ArrayList<>();
            for (int i = 0; i < images; i++) {
                places.add(place.of(null, new ArrayList<>(List.of(4))));
            }
            compare(c, model.format(), model.tokenizer(), conversation, places);
            compare(c, format, model.tokenizer(), conversation, places);
        }
    }

    private static void compare(
            Map<String, Object> c,
            PromptFormat format,
            Tokenizer tokenizer,
            Conversation conversation,
            List<ImagePlace> places) {
        List<Integer> ids = new ArrayList<>();
        for (PromptPiece piece : format.render(tokenizer, conversation, places)) {
            switch (piece) {
                case PromptPiece.Tokens tokens -> IntStream.of(tokens.ids()).forEach(ids::add);
                case PromptPiece.Image _ -> ids.add(PICTURE);
            }
        }
        int[] actual = ids.stream().mapToInt(Integer::intValue).toArray();
        assertArrayEquals(
                ints(c.get("ids")), actual, () -> format.label() + ", " + c + "\nbut " + Arrays.toString(actual));
    }

    /** Every id that ends an answer in the golden does so here, by the format or by the vocabulary. */
    private static void stops(Model model, Map<String, Object> golden) {
        for (int stop : ints(golden.get("stop"))) {
            assertTrue(model.tokenizer().isEndOfGeneration(stop), golden.get("name") + " must stop at " + stop);
        }
    }

    private static ImagePlace bare(Map<String, Object> plan, List<Integer> rows) {
        return ImagePlace.ofRows(rows.removeFirst());
    }

    private static Place around(String before, String after) {
        return (plan, rows) -> new Parts().text(before).rows(rows).text(after).place();
    }

    /** docs/spec/families.md 2: the whole image, then crops. */
    private static ImagePlace gemma(Map<String, Object> plan, List<Integer> rows) {
        int crops = ((Number) plan.get("crops")).intValue();
        Parts parts = new Parts().text(crops == 0 ? "" : "Here is the original image ");
        for (int i = 0; i <= crops; i++) {
            parts.text(i == 0 ? "" : i == 1 ? " and here are some crops to help you see better " : " ")
                    .text("\n\n<start_of_image>")
                    .rows(rows)
                    .text("<end_of_image>\n\n");
        }
        return parts.place();
    }

    /** docs/spec/families.md 3. */
    private static ImagePlace tilesInRows(Map<String, Object> plan, List<Integer> rows) {
        int height = ((Number) plan.get("rows")).intValue();
        int width = ((Number) plan.get("cols")).intValue();
        String mark = "<fake_token_around_image>";
        Parts parts = new Parts();
        for (int y = 1; y <= height; y++) {
            for (int x = 1; x <= width; x++) {
                parts.text(mark + "<row_" + y + "_col_" + x + ">").rows(rows);
            }
            parts.text("\n");
        }
        return parts.text((height == 0 ? "" : "\n") + mark + "<global-img>")
                .rows(rows)
                .text(mark)
                .place();
    }

    /** docs/spec/families.md 5. */
    private static ImagePlace numberedTiles(Map<String, Object> plan, List<Integer> rows) {
        int tiles = ((Number) plan.get("tiles")).intValue();
        Parts parts = new Parts().text("<|START_OF_IMG|>");
        for (int i = 1; i < tiles; i++) {
            parts.text("TILE_" + i).rows(rows);
        }
        return parts.text("TILE_GLOBAL").rows(rows).text("<|END_OF_IMG|>").place();
    }

    /** Joins texts that touch, as a place has them. */
    private static final class Parts {
        private final List<ImagePlace.Part> parts = new ArrayList<>();
        private final StringBuilder text = new StringBuilder();
        private int first;

        Parts text(String more) {
            text.append(more);
            return this;
        }

        Parts rows(List<Integer> blocks) {
            flush();
            int count = blocks.removeFirst();
            parts.add(new ImagePlace.Rows(first, count));
            first += count;
            return this;
        }

        private void flush() {
            if (!text.isEmpty()) {
                parts.add(new ImagePlace.Text(text.toString()));
                text.setLength(0);
            }
        }

        ImagePlace place() {
            flush();
            return new ImagePlace(parts);
        }
    }

    private static Conversation conversation(String system, List<Turn> turns, int images, int imagesTurn) {
        List<Turn> all = new ArrayList<>(turns);
        Turn turn = turns.get(imagesTurn);
        all.set(imagesTurn, new Turn(images, turn.question(), turn.answer()));
        return new Conversation(system, all);
    }

    private static List<Turn> turns(Map<String, Object> c) {
        List<Turn> turns = new ArrayList<>();
        for (Map<String, Object> turn : list(c.get("turns"))) {
            turns.add(new Turn(0, (String) turn.get("question"), (String) turn.get("answer")));
        }
        return turns;
    }

    private static List<Map<String, Object>> models(String family) {
        return list(Golden.json("families/" + family + "/manifest.json").get("models"));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Object list) {
        assertNotNull(list);
        return list instanceof List<?> ? (List<Map<String, Object>>) list : Collections.emptyList();
    }

    private static int[] ints(Object list) {
        return ((List<?>) list).stream().mapToInt(i -> ((Number) i).intValue()).toArray();
    }
}
