// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Builds the page of {@code myna serve}: one HTML file with its style sheet, its script and its texts. Run by the build as {@code
 * java BuildPage.java FOLDER index.html}. The folder has page.html, page.css, page.js and words.json.
 */
final class BuildPage {
    private static final String STYLE = "<link rel=\"stylesheet\" href=\"page.css\">";
    private static final String SCRIPT = "<script src=\"page.js\"></script>";
    private static final String WORDS = "/* words.json */ {}";

    private BuildPage() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Path target = Path.of(args[1]);
        String style = read(folder, "page.css", "</style");
        String words = read(folder, "words.json", "</script");
        String script = replace(read(folder, "page.js", "</script"), WORDS, words.strip(), "page.js");
        String page = read(folder, "page.html", WORDS);
        page = replace(page, STYLE, "<style>\n" + style + "</style>", "page.html");
        page = replace(page, SCRIPT, "<script>\n" + script + "</script>", "page.html");
        Files.createDirectories(target.toAbsolutePath().getParent());
        Files.writeString(target, page);
    }

    /** @param forbidden text that would end the element the file becomes a part of */
    private static String read(Path folder, String name, String forbidden) throws IOException {
        String text = Files.readString(folder.resolve(name));
        if (text.contains(forbidden)) {
            throw new IOException(name + " must not contain " + forbidden);
        }
        return text;
    }

    /** Replaces the only occurrence of a place. */
    private static String replace(String text, String place, String content, String name) throws IOException {
        int at = text.indexOf(place);
        if (at < 0 || text.indexOf(place, at + 1) >= 0) {
            throw new IOException(name + " must contain this once: " + place);
        }
        return text.substring(0, at) + content + text.substring(at + place.length());
    }
}
