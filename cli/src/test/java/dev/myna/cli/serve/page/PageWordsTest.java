// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.text.Json;
import dev.myna.engine.Language;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The texts of the page, {@code words.json}: complete in every language, with the same placeholders, and all of them used. */
class PageWordsTest {
    private static final Path SOURCES = Path.of("src/main/page");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^}]*}");

    private static Map<?, ?> words(String language) throws IOException {
        return (Map<?, ?>)
                Json.object(Files.readString(SOURCES.resolve("words.json"))).get(language);
    }

    private static Set<String> placeholders(Object text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = PLACEHOLDER.matcher((String) text);
        while (matcher.find()) {
            found.add(matcher.group());
        }
        return found;
    }

    @Test
    void languagesAreThoseOfTheEngine() throws IOException {
        Map<String, Object> all = Json.object(Files.readString(SOURCES.resolve("words.json")));
        assertEquals(Arrays.stream(Language.values()).map(Language::code).toList(), new ArrayList<>(all.keySet()));
        for (Language language : Language.values()) {
            Map<?, ?> own = words(language.code());
            assertEquals(language.nativeName(), own.get("name"));
            assertEquals(language.describe(), ((List<?>) own.get("questions")).getFirst());
            assertEquals(language.rightToLeft(), own.get("rtl") != null, language.code());
        }
    }

    @Test
    void everyLanguageHasTheKeysAndPlaceholdersOfEnglish() throws IOException {
        Map<?, ?> english = words("en");
        for (Language language : Language.values()) {
            Map<?, ?> own = words(language.code());
            Set<Object> keys = new HashSet<>(own.keySet());
            keys.remove("rtl");
            assertEquals(english.keySet(), keys, language.code());
            assertEquals(
                    ((List<?>) english.get("questions")).size(),
                    ((List<?>) own.get("questions")).size(),
                    language.code());
            for (Map.Entry<?, ?> entry : english.entrySet()) {
                if (entry.getValue() instanceof String) {
                    String where = language.code() + ": " + entry.getKey();
                    assertEquals(placeholders(entry.getValue()), placeholders(own.get(entry.getKey())), where);
                    assertFalse(((String) own.get(entry.getKey())).isBlank(), where);
                }
            }
        }
    }

    @Test
    void everyTextIsUsed() throws IOException {
        String page = Files.readString(SOURCES.resolve("page.html")) + Files.readString(SOURCES.resolve("page.js"));
        for (Object key : words("en").keySet()) {
            assertTrue(
                    page.contains("\"" + key + "\"") || page.contains("]." + key) || page.contains("words." + key),
                    "" + key);
        }
    }

    @Test
    void everyTextThatThePageAsksForExists() throws IOException {
        String page = Files.readString(SOURCES.resolve("page.html")) + Files.readString(SOURCES.resolve("page.js"));
        Matcher matcher = Pattern.compile("(?:data-text=|data-label=|\\bt\\(|complain\\(|Complaint\\()\"(\\w+)\"")
                .matcher(page);
        int found = 0;
        while (matcher.find()) {
            assertTrue(words("en").containsKey(matcher.group(1)), matcher.group());
            found++;
        }
        assertTrue(found > 30, "only " + found + " texts were found");
    }

    @Test
    void builtPageIsOneFile() throws IOException {
        String html = new String(Page.load().html(), StandardCharsets.UTF_8);
        assertFalse(
                html.contains("page.css") || html.contains("page.js\""), "the build has left a reference to a file");
        assertTrue(html.contains(Language.UR.describe()), "the build has left out the texts");
    }
}
