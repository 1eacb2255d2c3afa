// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.options;

import dev.myna.cli.system.UserPath;
import dev.myna.cli.terminal.Failure;
import dev.myna.cli.text.Json;
import dev.myna.engine.ChatFormat;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.prompt.TemplateFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code --chat-template}: the name of a format, or a file with a template.
 *
 * @param format as {@link dev.myna.engine.SessionOptions} takes it
 */
public record ChatTemplate(ChatFormat format) {
    /** A UTF-8 character has at most four bytes. */
    private static final int MAX_BYTES = 4 * TemplateFormat.MAX_SOURCE;

    static final class Converter implements ITypeConverter<ChatTemplate> {
        @Override
        public ChatTemplate convert(String text) {
            Optional<ChatFormat.Named> named = ChatFormat.Named.byLabel(text);
            if (named.isPresent()) {
                return new ChatTemplate(named.get());
            }
            try {
                Path file = UserPath.of(text);
                if (!Files.isReadable(file) || Files.isDirectory(file)) {
                    throw new TypeConversionException(
                            "expected one of " + names() + " or a file, but was '" + text + "'");
                }
                return new ChatTemplate(new ChatFormat.Template(read(file)));
            } catch (RequestException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    private static String names() {
        return Arrays.stream(ChatFormat.Named.values())
                .map(ChatFormat.Named::label)
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static String read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new RequestException(
                        file + " is larger than any chat template: more than " + MAX_BYTES + " bytes");
            }
            String source = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (!TemplateFormat.isSource(source)) {
                throw new RequestException(file + " is not a chat template: it contains neither {{ nor {%");
            }
            return source;
        } catch (CharacterCodingException e) {
            throw new RequestException(file + " is not a chat template: it is not UTF-8 text");
        } catch (IOException e) {
            throw new RequestException("cannot read " + file + ": " + Failure.reason(e));
        }
    }

    /**
     * {@code --template-arg NAME=VALUE}: a JSON value keeps its type ({@code true}, {@code 3}, {@code ["a"]}); other values are text.
     */
    static Map<String, Object> arguments(Map<String, String> given) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        given.forEach((name, value) -> arguments.put(name, value(value)));
        return arguments;
    }

    private static Object value(String text) {
        try {
            return Json.object("{\"value\":" + text + "}").get("value");
        } catch (RequestException e) {
            return text;
        }
    }
}
