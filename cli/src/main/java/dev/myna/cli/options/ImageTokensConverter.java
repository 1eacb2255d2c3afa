// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.options;

import dev.myna.engine.ImageTokens;
import dev.myna.engine.error.RequestException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code --image-tokens}: two numbers. */
public final class ImageTokensConverter implements ITypeConverter<ImageTokens> {
    private static final Pattern NUMBERS = Pattern.compile("([1-9][0-9]{0,8}),([1-9][0-9]{0,8})");

    @Override
    public ImageTokens convert(String text) {
        Matcher numbers = NUMBERS.matcher(text);
        if (!numbers.matches()) {
            throw new TypeConversionException("'" + text + "' is not MIN,MAX, as in 64,2048");
        }
        try {
            return new ImageTokens(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)));
        } catch (RequestException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
