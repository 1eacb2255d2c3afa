// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.error.ModelException;
import dev.myna.engine.text.SmallVocabularies;
import dev.myna.engine.text.Tokenizer;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which format a file gets. */
class FileFormatTest {
    private static final String CHATML =
            "{% for m in messages %}{% if loop.first and m.role != 'system' %}<|im_start|>system\n"
                    + "You are a helpful assistant.<|im_end|>\n{% endif %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n"
                    + "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    @TempDir
    Path folder;

    private final Tokenizer bpe = SmallVocabularies.bpe();

    @Test
    void withoutATemplateTheVisionFileOrElseTheArchitectureAndTheVocabularyDecide() throws IOException {
        for (String none : List.of("", " \n", "{# see the specification #}")) {
            assertEquals(NamedFormat.CHATML, of("qwen2", none, null).require());
            assertEquals(NamedFormat.QWEN2_VL, of("qwen2vl", none, null).require());
            assertEquals(NamedFormat.QWEN3, of("qwen3", none, null).require());
            assertEquals(NamedFormat.QWEN3, of("qwen3vl", none, null).require());
            assertEquals(
                    NamedFormat.CENTURIO,
                    of("qwen2", none, NamedFormat.CENTURIO).require());
            assertNull(of("qwen2", none, null).fault());
        }
    }

    @Test
    void templateThatDoesNotPrintTextsIsReplacedWithAWarning() throws IOException {
        FileFormat format = of("qwen2", "{{ bos_token }}{% for m in messages %}...{% endfor %}", null);
        assertEquals(NamedFormat.CHATML, format.require());
        assertEquals(
                "tokenizer.chat_template: it does not print the texts of users; conversations are written as chatml; name another"
                        + " format with --chat-template",
                format.fault());
    }

    @Test
    void templateThatDoesNotParseIsNotReplaced() throws IOException {
        FileFormat format = of("qwen2", "{% for m in messages %}", NamedFormat.QWEN_1_5);
        assertThrows(ModelException.class, format::require);
        assertTrue(format.fault().endsWith("name another format with --chat-template"), format.fault());
    }

    @Test
    void templateOfTextsAloneStandsForTheFormatOfTheVisionFile() throws IOException {
        assertEquals(NamedFormat.CHATML, of("qwen2", CHATML, null).require());
        assertEquals(
                NamedFormat.QWEN_1_5, of("qwen2", CHATML, NamedFormat.QWEN_1_5).require());
        // It writes another text.
        assertEquals(NamedFormat.CHATML, of("qwen2", CHATML, NamedFormat.AYA).require());
        // It knows images.
        String images = CHATML.replace(
                "{{ m.content }}",
                "{% if m.content is string %}{{ m.content }}{% else %}{% for p in m.content %}"
                        + "{{ '<image>' if p.type == 'image' else p.text }}{% endfor %}{% endif %}");
        assertInstanceOf(TemplateFormat.class, of("qwen2", images, null).require());
        assertInstanceOf(
                TemplateFormat.class, of("qwen2", images, NamedFormat.QWEN_1_5).require());
    }

    @Test
    void variablesOfNamedFormats() {
        assertTrue(NamedFormat.QWEN3.reads("enable_thinking"));
        assertTrue(NamedFormat.QWEN2_VL.reads("add_vision_id"));
        assertEquals(false, NamedFormat.QWEN2_VL.reads("enable_thinking"));
        assertEquals(false, NamedFormat.GEMMA3.reads("add_vision_id"));
        Conversation question = new Conversation(
                        null, List.of(new Turn(0, "q", "<think>\nt\n</think>\n\na"), new Turn(0, "r", null)))
                .withArguments(Map.of("enable_thinking", false));
        assertEquals(
                List.of("<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\na<|im_end|>\n"
                        + "<|im_start|>user\nr<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"),
                PromptTexts.of(bpe, NamedFormat.QWEN3.render(bpe, question)));
    }

    private FileFormat of(String architecture, String template, NamedFormat ofVision) throws IOException {
        Path file = folder.resolve("template.gguf");
        try (GgufWriter writer = new GgufWriter(file)) {
            writer.string("general.architecture", architecture)
                    .string("tokenizer.chat_template", template)
                    .finish();
        }
        try (GgufFile open = GgufFile.open(file)) {
            return FileFormat.of(bpe, open.metadata(), ofVision);
        }
    }
}
