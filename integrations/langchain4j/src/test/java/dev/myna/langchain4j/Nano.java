// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.myna.Myna;
import dev.myna.engine.Language;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.kernels.CpuKernels;
import dev.myna.models.EmbeddedModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** The embedded model behind a scheduler, its sample images, and the right names of what they show. */
final class Nano implements AutoCloseable {
    static final Path SAMPLES = Path.of("../../models-manifest/nano/samples");

    /** Unicode CLDR's names. */
    static final Map<Language, String> CAT = Map.of(
            Language.EN, "cat",
            Language.ZH, "猫",
            Language.HI, "बिल्ली",
            Language.ES, "gato",
            Language.FR, "chat",
            Language.AR, "قطة",
            Language.BN, "বিড়াল",
            Language.RU, "кошка",
            Language.UR, "بلی",
            Language.JA, "ネコ");

    final Model model;
    final Scheduler scheduler;

    /** @param kernels the scalar ones are slow enough for an answer to be cut off in its middle */
    Nano(Path folder, CpuKernels kernels, SchedulerOptions options) throws IOException {
        model = Myna.load(
                copy(EmbeddedModel.decoder(), folder.resolve("nano.gguf")),
                copy(EmbeddedModel.mmproj(), folder.resolve("nano-mmproj.gguf")),
                ModelOptions.builder().threads(2).kernels(kernels).build());
        scheduler = model.newScheduler(options);
    }

    static Path copy(InputStream resource, Path file) throws IOException {
        try (resource) {
            Files.copy(resource, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return file;
    }

    static Path sample(String name) {
        return SAMPLES.resolve(name + ".png");
    }

    static String base64(String sample) throws IOException {
        return Base64.getEncoder().encodeToString(Files.readAllBytes(sample(sample)));
    }

    static ImageContent image(String sample) throws IOException {
        return ImageContent.from(base64(sample), "image/png");
    }

    static UserMessage question(String sample, String text) throws IOException {
        return UserMessage.from(image(sample), TextContent.from(text));
    }

    /** Waits for something that happens on other threads. */
    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + 60_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("waited in vain until " + what);
            }
            Thread.sleep(5);
        }
    }

    @Override
    public void close() {
        scheduler.close();
        model.close();
    }
}
