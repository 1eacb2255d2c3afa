// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.myna.engine.text.BpeTokenizer;
import dev.myna.engine.text.SmallVocabularies;
import dev.myna.engine.text.SpmTokenizer;
import dev.myna.engine.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Prompts of named formats as text, with vocabularies built in memory. */
class NamedFormatTest {
    private static final String VICUNA =
            " A chat between a curious user and an artificial intelligence assistant. The assistant gives"
                    + " helpful, detailed, and polite answers to the user's questions. ";

    private final SpmTokenizer spm = SmallVocabularies.spm();
    private final BpeTokenizer bpe = SmallVocabularies.bpe();
    private final BpeTokenizer llama3 = SmallVocabularies.llama3();

    @Test
    void vicuna() {
        Conversation conversation = new Conversation(null, List.of(new Turn(1, "q", "a"), new Turn(0, "r", null)));
        assertEquals(
                List.of("<s>" + VICUNA + "USER: ", "#0", " \nq ASSISTANT: a</s>USER: r ASSISTANT:"),
                PromptTexts.of(spm, NamedFormat.VICUNA_V1.render(spm, conversation)));
        assertEquals(
                "<s>" + VICUNA.replace("user", "human") + "USER: ",
                PromptTexts.of(spm, NamedFormat.LLAVA_V1.render(spm, conversation))
                        .getFirst());
    }

    @Test
    void chatml() {
        Conversation conversation =
                new Conversation("Be brief.", List.of(new Turn(2, "q", "a"), new Turn(1, "r", null)));
        assertEquals(
                List.of(
                        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n",
                        "#0",
                        " ",
                        "#1",
                        "\nq<|im_end|>\n<|im_start|>assistant\na<|im_end|>\n<|im_start|>user\n",
                        "#2",
                        "\nr<|im_end|>\n<|im_start|>assistant\n"),
                PromptTexts.of(bpe, NamedFormat.CHATML.render(bpe, conversation)));
        String standard = PromptTexts.of(bpe, NamedFormat.CHATML.render(bpe, new Conversation(null, List.of())))
                .getFirst();
        assertEquals("<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n", standard);
    }

    @Test
    void llama3() {
        Conversation conversation =
                new Conversation(" Be brief.\n", List.of(new Turn(0, " q ", "\na"), new Turn(0, "r", null)));
        assertEquals(
                List.of("<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
                        + "<|start_header_id|>user<|end_header_id|>\n\nq<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\na<|eot_id|>"
                        + "<|start_header_id|>user<|end_header_id|>\n\nr<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\n"),
                PromptTexts.of(llama3, NamedFormat.LLAMA3.render(llama3, conversation)));
        Conversation question = new Conversation(null, List.of(new Turn(0, "q", null)));
        assertEquals(
                List.of("<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nq<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\n"),
                PromptTexts.of(llama3, NamedFormat.LLAMA3.render(llama3, question)));
    }

    @Test
    void plain() {
        Conversation conversation = new Conversation(null, List.of(new Turn(2, "q", null)));
        assertEquals(
                List.of("<s>", "#0", "#1", " q"), PromptTexts.of(spm, NamedFormat.PLAIN.render(spm, conversation)));
        assertEquals(List.of("#0", "#1", "q"), PromptTexts.of(bpe, NamedFormat.PLAIN.render(bpe, conversation)));
        assertEquals(List.of(), NamedFormat.PLAIN.render(bpe, new Conversation(null, List.of(new Turn(0, "", null)))));
    }

    @Test
    void tilesOfAnImageHaveTextsBetweenThem() {
        ImagePlace tiles = new ImagePlace(List.of(
                new ImagePlace.Text("<|im_start|>"),
                new ImagePlace.Rows(0, 4),
                new ImagePlace.Text("a\n"),
                new ImagePlace.Rows(4, 2)));
        Conversation conversation = new Conversation("", List.of(new Turn(2, "q", null)));
        List<PromptPiece> pieces = NamedFormat.PLAIN.render(bpe, conversation, List.of(tiles, ImagePlace.ofRows(3)));
        assertEquals(List.of("<|im_start|>", "#0", "a\n", "#0", "#1", "q"), PromptTexts.of(bpe, pieces));
        assertEquals(
                List.of(new PromptPiece.Image(0, 0, 4), new PromptPiece.Image(0, 4, 2), new PromptPiece.Image(1, 0, 3)),
                pieces.stream().filter(PromptPiece.Image.class::isInstance).toList());
    }

    /** LF stands between a text and an image, and images in front of the text are written as models saw them in training. */
    @Test
    void textsAndImagesKeepTheirOrder() {
        PromptMessage.Image image = new PromptMessage.Image();
        PromptMessage.Text a = new PromptMessage.Text("a");
        PromptMessage.Text b = new PromptMessage.Text("b");
        assertEquals(
                List.of("USER: a\n", "#0", " ", "#1", "\nb\na ASSISTANT:"),
                question(NamedFormat.VICUNA_V1, a, image, image, b, a));
        assertEquals(List.of("USER: a\n", "#0", " ASSISTANT:"), question(NamedFormat.VICUNA_V1, a, image));
        assertEquals(List.of("USER: ", "#0", "\n ASSISTANT:"), question(NamedFormat.VICUNA_V1, image));
        String end = "<|im_end|>\n<|im_start|>assistant\n";
        assertEquals(List.of("<|im_start|>user\na\n", "#0", "\nb" + end), question(NamedFormat.CHATML, a, image, b));
        assertEquals(
                List.of("<|im_start|>user\n", "#0", "\n", "#1", "\nb" + end),
                question(NamedFormat.QWEN_1_5, image, image, b));
        assertEquals(List.of("<|im_start|>user\na", "#0", "\nb" + end), question(NamedFormat.INTERNVL, a, image, b));
        assertEquals(List.of("a", "#0", "b"), question(NamedFormat.PLAIN, a, image, b));
    }

    /** The pieces of a conversation of one question; the first begins with the question's turn. */
    private List<String> question(NamedFormat format, PromptMessage.Part... parts) {
        Conversation conversation =
                new Conversation(List.of(new PromptMessage.User(List.of(parts), null)), List.of(), Map.of());
        List<String> texts = new ArrayList<>(PromptTexts.of(bpe, format.render(bpe, conversation)));
        String first = texts.getFirst();
        texts.set(0, first.substring(Math.max(0, Math.max(first.indexOf("USER:"), first.indexOf("<|im_start|>user")))));
        return texts;
    }

    /** Messages in a row are one question. */
    @Test
    void textsOfTwoMessagesAreOnTwoLines() {
        List<PromptMessage> messages =
                List.of(PromptMessage.User.of(1, "a"), PromptMessage.User.of(0, "b"), PromptMessage.User.of(0, ""));
        Turns turns = Turns.of(new Conversation(messages, List.of(), Map.of()));
        assertEquals(
                List.of(new Turns.Exchange(List.of(new PromptMessage.Image(), new PromptMessage.Text("a\nb")), null)),
                turns.turns());
    }

    /** A place's own marks and those of the format come once; text of users is not taken for a mark. */
    @Test
    void marksAroundAnImageComeOnce() {
        ImagePlace place = new ImagePlace(List.of(
                new ImagePlace.Text("\n<|im_start|>"), new ImagePlace.Rows(0, 2), new ImagePlace.Text("<|im_end|>\n")));
        PromptBuilder twice =
                new PromptBuilder(bpe, SpmTokenizer.AfterSpecial.KEEP_PREFIX, false, List.of(place, place));
        for (int i = 0; i < 2; i++) {
            twice.template("a<|im_start|>").image().template("<|im_end|>b");
        }
        assertEquals(
                List.of("a\n<|im_start|>", "#0", "<|im_end|>\nba\n<|im_start|>", "#1", "<|im_end|>\nb"),
                PromptTexts.of(bpe, twice.build()));
        PromptBuilder users = new PromptBuilder(bpe, SpmTokenizer.AfterSpecial.KEEP_PREFIX, false, List.of(place));
        users.data("<|im_start|>").image().data("<|im_end|>").template("<|im_end|>");
        assertEquals(
                List.of("<|im_start|>\n<|im_start|>", "#0", "<|im_end|>\n<|im_end|><|im_end|>"),
                PromptTexts.of(bpe, users.build()));
    }

    @Test
    void oneMoreTurnKeepsTheEarlierText() {
        for (Tokenizer tokenizer : List.of(spm, bpe, llama3)) {
            PromptFormat format = NamedFormat.of(tokenizer);
            List<Turn> turns = new ArrayList<>();
            int[] before = {};
            for (String question : SmallVocabularies.SAMPLES) {
                turns.add(new Turn(turns.size() % 3, question, null));
                int[] open = PromptFormatGoldenTest.ids(format, tokenizer, new Conversation(null, turns));
                assertArrayEquals(before, Arrays.copyOf(open, before.length));
                turns.set(turns.size() - 1, new Turn(turns.getLast().images(), question, "A red circle."));
                before = PromptFormatGoldenTest.ids(format, tokenizer, new Conversation(null, turns));
                assertArrayEquals(open, Arrays.copyOf(before, open.length));
            }
        }
    }

    @Test
    void formatsAreFoundByVocabulary() {
        assertEquals("vicuna_v1", NamedFormat.VICUNA_V1.label());
        assertEquals(NamedFormat.VICUNA_V1, NamedFormat.of(spm));
        assertEquals(NamedFormat.CHATML, NamedFormat.of(bpe));
        assertEquals(NamedFormat.LLAMA3, NamedFormat.of(llama3));
        assertArrayEquals(
                new int[] {llama3.id("<|eot_id|>"), llama3.id("<|end_of_text|>")}, NamedFormat.LLAMA3.stopIds(llama3));
        assertArrayEquals(new int[] {2}, NamedFormat.VICUNA_V1.stopIds(spm));
        assertArrayEquals(new int[] {bpe.id("<|im_end|>"), bpe.id("<|endoftext|>")}, NamedFormat.CHATML.stopIds(bpe));
        assertEquals(0, NamedFormat.PLAIN.stopIds(spm).length);
    }

    @Test
    void invalidConversationsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Turn(-1, "q", null));
        List<Turn> open = List.of(new Turn(0, "q", null), new Turn(0, "r", null));
        assertThrows(IllegalArgumentException.class, () -> new Conversation(null, open));
    }
}
