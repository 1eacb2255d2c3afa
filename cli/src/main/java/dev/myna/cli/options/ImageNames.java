// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.options;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.Stack;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * The values of {@code --image}: the word after it, and the words after that as long as they are images, because a shell makes
 * several of {@code --image *.png}. A word that is not an image stays a positional argument, a model.
 */
public final class ImageNames implements IParameterConsumer {
    /** Of the formats that are read, and of some for which the decoder has a better message than "no such model". */
    private static final Set<String> ENDINGS = Set.of(
            "png", "apng", "jpg", "jpeg", "jpe", "jfif", "gif", "bmp", "dib", "webp", "tif", "tiff", "heic", "heif",
            "avif", "jp2", "j2k", "jxl", "ico", "svg", "pdf", "psd", "pnm", "ppm", "pgm", "tga");

    private static final byte[] MODEL = "GGUF".getBytes(StandardCharsets.US_ASCII);

    @Override
    public void consumeParameters(Stack<String> args, ArgSpec option, CommandSpec command) {
        if (args.isEmpty() || isOption(args.peek(), command)) {
            throw new ParameterException(
                    command.commandLine(),
                    "--image needs a file name" + (args.isEmpty() ? "" : ", but " + args.peek() + " is an option"));
        }
        List<String> names = new ArrayList<>();
        List<String> before = option.getValue();
        if (before != null) {
            names.addAll(before);
        }
        names.add(args.pop());
        while (!args.isEmpty() && isImage(args.peek())) {
            names.add(args.pop());
        }
        option.setValue(names);
    }

    private static boolean isOption(String word, CommandSpec command) {
        return word.equals("--") || command.optionsMap().containsKey(word.replaceFirst("(?s)=.*", ""));
    }

    /** Whether a word after an image is an image too: by its ending, or because it is a file that is not a model. */
    public static boolean isImage(String word) {
        if (word.equals("-")) {
            return true;
        }
        if (word.startsWith("-") || word.isEmpty()) {
            return false;
        }
        if (hasImageEnding(word)) {
            return true;
        }
        String ending = ending(word);
        try {
            Path path = Path.of(word);
            return Files.exists(path) && !Files.isDirectory(path) && !ending.equals("gguf") && !beginsAsModel(path);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** Whether a file name ends like one of an image. */
    public static boolean hasImageEnding(String name) {
        return name.contains(".") && ENDINGS.contains(ending(name));
    }

    private static String ending(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private static boolean beginsAsModel(Path path) {
        // What a pipe holds can be read once only.
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(path)) {
            return Arrays.equals(MODEL, in.readNBytes(MODEL.length));
        } catch (IOException e) {
            return false;
        }
    }
}
