// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judge;

import com.cybozu.labs.langdetect.Detector;
import com.cybozu.labs.langdetect.DetectorFactory;
import com.cybozu.labs.langdetect.LangDetectException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The language of an answer, by the detector whose port Pangea's code uses (docs/spec/evaluation.md 3.2), with a fixed seed and its 53
 * profiles. This class is the only one that knows that library. It is small (1.4 MB with its JSON reader; others of good quality have
 * 80 MB), and it is the one that published scores depend on.
 */
public final class AnswerLanguage {
    private static final long SEED = 0;

    /** The languages that Myna answers in. */
    public static final Set<String> TEN = Set.of("en", "zh", "hi", "es", "fr", "ar", "bn", "ru", "ur", "ja");

    /** What is none of them. */
    public static final String OTHER = "other";

    private static final String[] PROFILES = {
        "af", "ar", "bg", "bn", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "gu", "he", "hi", "hr",
                "hu",
        "id", "it", "ja", "kn", "ko", "lt", "lv", "mk", "ml", "mr", "ne", "nl", "no", "pa", "pl", "pt", "ro", "ru",
                "sk",
        "sl", "so", "sq", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "vi", "zh-cn", "zh-tw"
    };

    /** The library has one list of profiles for the whole process. */
    private static boolean loaded;

    private AnswerLanguage() {}

    private static synchronized void load() throws LangDetectException {
        if (loaded) {
            return;
        }
        List<String> profiles = new ArrayList<>();
        for (String name : PROFILES) {
            try (InputStream in = DetectorFactory.class.getResourceAsStream("/profiles/" + name)) {
                profiles.add(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new IllegalStateException("the profile of the language " + name + " cannot be read", e);
            }
        }
        DetectorFactory.loadProfile(profiles);
        DetectorFactory.setSeed(SEED);
        loaded = true;
    }

    /** The detector's code, such as {@code hi} or {@code zh-cn}; empty for a text without letters. */
    public static Optional<String> code(String text) {
        try {
            load();
            Detector detector = DetectorFactory.create();
            detector.append(text);
            return Optional.of(detector.detect()).filter(code -> !code.equals("unknown"));
        } catch (LangDetectException e) {
            return Optional.empty();
        }
    }

    /** One of {@link #TEN}, or {@link #OTHER}. */
    public static String of(String text) {
        String code = code(text).orElse(OTHER);
        String language = code.startsWith("zh") ? "zh" : code;
        return TEN.contains(language) ? language : OTHER;
    }
}
