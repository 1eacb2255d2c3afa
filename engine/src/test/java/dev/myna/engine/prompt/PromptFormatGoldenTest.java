// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Tokenizers;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Token ids of rendered prompts equal the end-to-end goldens. */
@NeedsGolden
class PromptFormatGoldenTest {
    private static final int PICTURE = -200;

    @Test
    void palo() {
        compare("palo", NamedFormat.VICUNA_V1);
    }

    @Test
    void mobilePalo() {
        compare("mobilepalo", NamedFormat.VICUNA_V1);
    }

    @Test
    void pangea() {
        compare("pangea", NamedFormat.CHATML);
    }

    @Test
    void parrot() {
        compare("parrot", NamedFormat.CHATML);
    }

    @SuppressWarnings("unchecked")
    private static void compare(String name, PromptFormat format) {
        List<Map<String, Object>> models =
                (List<Map<String, Object>>) Golden.json("e2e/manifest.json").get("models");
        Map<String, Object> model = models.stream()
                .filter(m -> name.equals(m.get("name")))
                .findFirst()
                .orElseThrow();
        Tokenizer tokenizer;
        FileFormat chosen;
        try (GgufFile file = GgufFile.open(Golden.path("e2e/" + name + "/text.gguf"))) {
            tokenizer = Tokenizers.load(file);
            chosen = FileFormat.of(tokenizer, file.metadata());
        }
        assertEquals(format, chosen.require());
        for (int stop : ints(model.get("stop"))) {
            assertTrue(contains(format.stopIds(tokenizer), stop), name + " must stop at " + stop);
            assertTrue(tokenizer.isEndOfGeneration(stop));
        }
        int compared = 0;
        for (Map<String, Object> c : (List<Map<String, Object>>) model.get("cases")) {
            Conversation conversation = conversation(c, ((List<?>) c.get("images")).size());
            assertArrayEquals(ints(c.get("ids")), ids(format, tokenizer, conversation), c::toString);
            compared++;
        }
        // These have one image, as their ids show.
        for (Map<String, Object> c : (List<Map<String, Object>>) model.get("prompt_only")) {
            Conversation conversation = conversation(c, 1);
            assertArrayEquals(ints(c.get("ids")), ids(format, tokenizer, conversation), c::toString);
            compared++;
        }
        assertTrue(compared >= 7, "compared only " + compared);
    }

    @SuppressWarnings("unchecked")
    private static Conversation conversation(Map<String, Object> c, int images) {
        List<Turn> turns = new ArrayList<>();
        for (Map<String, Object> turn : (List<Map<String, Object>>) c.get("turns")) {
            int count = turns.isEmpty() ? images : 0;
            turns.add(new Turn(count, (String) turn.get("question"), (String) turn.get("answer")));
        }
        return new Conversation(null, turns);
    }

    static int[] ids(PromptFormat format, Tokenizer tokenizer, Conversation conversation) {
        List<Integer> ids = new ArrayList<>();
        int images = 0;
        for (PromptPiece piece : format.render(tokenizer, conversation)) {
            switch (piece) {
                case PromptPiece.Tokens tokens -> IntStream.of(tokens.ids()).forEach(ids::add);
                case PromptPiece.Image image -> {
                    assertEquals(images++, image.index());
                    ids.add(PICTURE);
                }
            }
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int[] ints(Object list) {
        return ((List<?>) list).stream().mapToInt(i -> ((Number) i).intValue()).toArray();
    }

    private static boolean contains(int[] ids, int id) {
        for (int i : ids) {
            if (i == id) {
                return true;
            }
        }
        return false;
    }
}
