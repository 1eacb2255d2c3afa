// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.text.CardLines;
import dev.myna.cli.text.Units;
import dev.myna.engine.FileSampling;
import dev.myna.engine.ModelWarning;
import dev.myna.engine.check.ModelCheck;
import dev.myna.engine.decoder.ContextRope;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.family.Families;
import dev.myna.engine.prompt.Conversation;
import dev.myna.engine.prompt.FileFormat;
import dev.myna.engine.prompt.PromptFormat;
import dev.myna.engine.prompt.PromptPiece;
import dev.myna.engine.prompt.TemplateFormat;
import dev.myna.engine.prompt.TemplateTraits;
import dev.myna.engine.prompt.Turn;
import dev.myna.engine.text.BpeTokenizer;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Tokenizers;
import dev.myna.kernels.Rope;
import dev.myna.kernels.RopePairing;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.text.Text;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;

/** The part of a model card that describes a decoder (docs/spec/models.md 8.2). */
final class DecoderCard {
    private static final int MAX_SAMPLE = 600;

    /** Keys and values, two bytes each in an F16 cache. */
    private static final long CACHE_BYTES_PER_ELEMENT = 4;

    private DecoderCard() {}

    /** @return warnings on keys that Myna does not use */
    static List<ModelWarning> describe(GgufFile file, CardLines lines) {
        DecoderConfig config = Families.decoderConfig(file);
        lines.add("kind", "text decoder, architecture " + config.architecture());
        lines.add(
                "shape",
                config.layers() + " layers, width " + config.width() + ", feed-forward " + config.feedForward() + ", "
                        + config.heads() + " heads of " + config.headDim()
                        + (config.kvHeads() == config.heads() ? "" : ", " + config.kvHeads() + " for keys and values"));
        lines.add("context", config.contextLength() + " positions, " + rope(config.ropes()));
        lines.add("output", file.find("output.weight").isPresent() ? "a separate matrix" : "the embedding matrix");
        Tokenizer tokenizer = describeTokenizer(file, lines);
        FileFormat format = FileFormat.of(tokenizer, file.metadata());
        describeTemplate(file, tokenizer, format, lines);
        lines.add(
                "in Myna",
                "prompt format " + format.label() + ", rotary pairs "
                        + (config.rope().pairing() == RopePairing.ADJACENT ? "adjacent" : "half a head apart")
                        + ", " + Units.bytes(cacheBytes(config)) + " of KV cache per position");
        FileSampling sampling = FileSampling.of(file.metadata());
        if (!sampling.stated().isEmpty()) {
            lines.add(
                    "sampling",
                    String.join(
                                    ", ",
                                    sampling.stated().entrySet().stream()
                                            .map(each -> each.getKey() + " " + each.getValue())
                                            .toList())
                            + ", unless options say otherwise");
        }
        lines.add(
                "images",
                "with a vision file of output width " + config.width()
                        + (config.deepstack() == 0 ? "" : " and " + config.deepstack() + " deepstack layers"));
        return ModelCheck.decoder(file);
    }

    private static void describeTemplate(GgufFile file, Tokenizer tokenizer, FileFormat chosen, CardLines lines) {
        if (file.metadata().string("tokenizer.chat_template", "").isBlank()) {
            lines.add("template", "none");
        } else if (chosen.format() instanceof TemplateFormat template) {
            TemplateTraits traits = template.traits();
            lines.add("template", "in the file; prompts are written as it says");
            lines.add(
                    "supports",
                    "system texts " + (traits.system() ? "yes" : "no: they go before the first question")
                            + ", tools "
                            + (traits.tools() || template.hasToolTemplate()
                                    ? "yes, written as " + template.toolFormat().label()
                                    : "in the system text")
                            + ", images "
                            + (traits.marker() == null
                                    ? "no marker: each on a line of its own"
                                    : "at " + Text.line(traits.marker(), Text.SHOWN))
                            + ", thinking "
                            + (traits.reasoning() == null
                                    ? yes(traits.thinking())
                                    : "between " + traits.reasoning().open() + " and "
                                            + traits.reasoning().close()
                                            + (traits.thinking() ? ", enable_thinking switches it" : "")));
            lines.add(
                    "ends with",
                    traits.stop() == null ? "the vocabulary's tokens" : Text.line(traits.stop(), Text.SHOWN));
        } else if (chosen.format() != null) {
            lines.add("template", "in the file; it writes what " + chosen.label() + " writes");
        } else {
            lines.add("template", "in the file, but it cannot be used");
        }
        if (chosen.format() != null) {
            String sample =
                    sample(chosen.format(), tokenizer).replace("\n", "\\n").replace('\u2581', ' ');
            lines.add("sample", Text.line(sample, MAX_SAMPLE));
        }
    }

    private static String yes(boolean yes) {
        return yes ? "yes" : "no";
    }

    /** A sample prompt for a question about an image, with the image in brackets. */
    private static String sample(PromptFormat format, Tokenizer tokenizer) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            Conversation sample = new Conversation(null, List.of(new Turn(1, "What is this?", null)));
            for (PromptPiece piece : format.render(tokenizer, sample)) {
                switch (piece) {
                    case PromptPiece.Tokens tokens -> {
                        for (int id : tokens.ids()) {
                            byte[] bytes = tokenizer.bytes(id);
                            text.writeBytes(
                                    bytes.length > 0
                                            ? bytes
                                            : tokenizer.piece(id).getBytes(StandardCharsets.UTF_8));
                        }
                    }
                    case PromptPiece.Image _ -> text.writeBytes("[image]".getBytes(StandardCharsets.UTF_8));
                }
            }
        } catch (RequestException e) {
            return e.getMessage();
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    static Tokenizer describeTokenizer(GgufFile file, CardLines lines) {
        Tokenizer tokenizer = Tokenizers.load(file);
        lines.add(
                "tokenizer",
                file.metadata().string("tokenizer.ggml.model", "unknown")
                        + (tokenizer instanceof BpeTokenizer bpe ? " like " + bpe.splitting() : "") + ", "
                        + tokenizer.size() + " tokens"
                        + (tokenizer.addBos()
                                ? ", starts with " + Text.line(tokenizer.piece(tokenizer.bos()), Text.SHOWN)
                                : ""));
        return tokenizer;
    }

    private static String rope(ContextRope ropes) {
        Rope rope = ropes.rope();
        return "rope base " + Math.round(rope.base()) + divisors(rope)
                + (rope.turning() == rope.headDim() ? "" : ", of the first " + rope.turning() + " elements of a head")
                + (ropes.longer() == rope
                        ? ""
                        : "; for contexts of more than " + ropes.trained() + " positions" + divisors(ropes.longer()))
                + (rope.followsFirstAxis() ? "" : ", rows of images turned by time, row and column");
    }

    private static String divisors(Rope rope) {
        float largest = Collections.max(rope.divisors());
        boolean even = Collections.min(rope.divisors()) == largest;
        String scaling = even ? ", frequencies divided by " : ", frequencies divided by up to ";
        return even && largest == 1 ? "" : scaling + largest;
    }

    private static long cacheBytes(DecoderConfig config) {
        return CACHE_BYTES_PER_ELEMENT * config.layers() * config.kvHeads() * config.headDim();
    }
}
