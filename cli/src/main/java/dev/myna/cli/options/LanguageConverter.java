// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.options;

import dev.myna.engine.Language;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code --lang}: an ISO 639-1 code of one of the ten languages. */
public final class LanguageConverter implements ITypeConverter<Language> {
    @Override
    public Language convert(String code) {
        return Language.byCode(code)
                .orElseThrow(
                        () -> new TypeConversionException("unknown language '" + code + "': choose one of " + codes()));
    }

    /** The ten codes, separated by blanks. */
    public static String codes() {
        return Arrays.stream(Language.values()).map(Language::code).collect(Collectors.joining(" "));
    }
}
