// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.cli.command.Inputs;
import dev.myna.cli.options.Exif;
import dev.myna.cli.options.ImageNames;
import dev.myna.cli.options.LanguageConverter;
import dev.myna.cli.system.UserPath;
import dev.myna.cli.terminal.Console;
import dev.myna.engine.Language;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options for the question: images, text, language. */
final class PromptArguments {
    @Option(
            names = "--image",
            paramLabel = "FILE",
            arity = "1..*",
            parameterConsumer = ImageNames.class,
            description = "image file, several files (*.png), or - for stdin (repeatable)")
    List<String> images = new ArrayList<>();

    @Option(
            names = {"-p", "--prompt"},
            paramLabel = "TEXT",
            description = "the question")
    String prompt;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "read the question from a file, or - for stdin")
    String file;

    @Option(
            names = "--lang",
            paramLabel = "CODE",
            converter = LanguageConverter.class,
            description = "without -p, describe the image in: en zh hi es fr ar bn ru ur ja")
    Language language;

    @Option(names = "--exif", paramLabel = "WHAT", description = Exif.HELP)
    Exif exif = Exif.apply;

    /** The question from -p, -f or stdin; else the language's request for a description. */
    String question(Console console) throws IOException {
        checkStdinUsedOnce();
        if (prompt != null && file != null) {
            throw new RequestException("give the question with -p or with -f, not both");
        }
        if (prompt != null) {
            if (prompt.equals("-")) {
                throw new RequestException("-p takes the question itself: to read it from stdin, use -f -");
            }
            return notEmpty(prompt, "-p");
        }
        if (file != null) {
            return file.equals("-")
                    ? notEmpty(Inputs.text(console.in(), "stdin"), "stdin")
                    : notEmpty(Inputs.text(UserPath.of(file)), file);
        }
        if (!images.isEmpty()) {
            return (language == null ? Language.EN : language).describe();
        }
        if (language != null) {
            throw new RequestException("--lang without a question describes an image: add --image FILE, or -p TEXT");
        }
        if (console.inputIsTerminal()) {
            throw new RequestException("nothing to ask: add --image FILE and/or -p TEXT");
        }
        return notEmpty(Inputs.text(console.in(), "stdin"), "stdin");
    }

    /** The images, decoded in order. */
    RgbImage[] images(Console console) throws IOException {
        List<RgbImage> decoded = new ArrayList<>();
        for (String image : images) {
            decoded.add(Inputs.image(image, console.in(), orientation()));
        }
        return decoded.toArray(RgbImage[]::new);
    }

    Orientation orientation() {
        return exif.orientation();
    }

    private void checkStdinUsedOnce() {
        long uses = images.stream().filter(Inputs::isStdin).count() + (file != null && Inputs.isStdin(file) ? 1 : 0);
        if (uses > 1) {
            throw new RequestException("stdin can be read once: give - to one option only");
        }
    }

    private static String notEmpty(String text, String source) {
        if (text.isBlank()) {
            throw new RequestException("the question from " + source + " is empty");
        }
        return text;
    }
}
