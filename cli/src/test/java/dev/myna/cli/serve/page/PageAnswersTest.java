// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import dev.myna.cli.serve.SampleAnswers;
import dev.myna.cli.serve.TestServer;
import dev.myna.engine.Language;
import dev.myna.testing.NeedsChromium;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What people read on the page when they ask the embedded model, in a real browser. */
@NeedsChromium
class PageAnswersTest {
    @RegisterExtension
    static final Browsers BROWSERS = new Browsers();

    private Browsing browsing;

    @BeforeEach
    void start() {
        browsing = BROWSERS.browsing();
    }

    @ParameterizedTest
    @EnumSource
    void answersRightlyInEveryLanguage(Language language) {
        Page page = browsing.open(language == Language.EN ? Language.JA : Language.EN);
        page.selectOption("#language", language.code());
        Browsing.choose(page, "cat");
        page.press("#question", "Enter"); // No text: the language's own question is asked.
        assertEquals(SampleAnswers.of("cat", language), Browsing.answer(page));

        String direction = language.rightToLeft() ? "rtl" : "ltr";
        assertEquals(direction, page.locator("html").getAttribute("dir"));
        assertEquals(language.code(), page.locator("html").getAttribute("lang"));
        for (Locator text : List.of(page.locator("article.user .text"), page.locator("article.myna .text"))) {
            assertEquals(direction, text.getAttribute("dir"));
            assertEquals(language.code(), text.getAttribute("lang"));
            assertEquals(direction, text.evaluate("e => getComputedStyle(e).direction"));
        }
        assertEquals(language.describe(), page.locator("article.user .text").textContent());
        assertEquals(
                language.rightToLeft(),
                centre(page.locator("article.user .text")) < centre(page.locator("article.myna .text")),
                "people's questions stand at the end of the line");

        page.click("#fresh");
        Browsing.choose(page, "bicycle");
        page.locator("#suggest button").nth(1).click();
        assertEquals(SampleAnswers.of("bicycle", language), Browsing.answer(page));
        if (List.of(Language.EN, Language.UR, Language.BN, Language.JA).contains(language)) {
            Browsing.photograph(page, "answer-" + language.code());
        }
    }

    private static double centre(Locator locator) {
        return ((Number) locator.evaluate(
                        "e => { const box = e.getBoundingClientRect(); return box.left + box.width / 2; }"))
                .doubleValue();
    }

    @Test
    void conversationContinuesAndAnswersCanBeRegenerated() {
        Page page = browsing.open(Language.FR);
        Browsing.choose(page, "cat");
        Browsing.ask(page, "Qu'est-ce que c'est ?");
        assertEquals("chat", Browsing.answer(page));
        assertTrue(page.locator("#used").textContent().matches(".*\\d.*"), "the context meter says how much is used");
        assertTrue(page.locator("article.myna .stats").textContent().contains("jetons/s"));
        double used = Double.parseDouble(page.locator("#bar").getAttribute("aria-valuenow"));

        page.locator("article.myna button.again").click();
        assertEquals("chat", Browsing.answer(page));
        assertEquals(1, page.locator("article.myna").count(), "the new answer takes the old one's place");

        Browsing.choose(page, "bicycle");
        Browsing.ask(page, "Qu'est-ce que c'est ?");
        Browsing.answer(page);
        assertEquals(2, page.locator("article.myna").count());
        assertTrue(Double.parseDouble(page.locator("#bar").getAttribute("aria-valuenow")) > used);
        assertEquals(
                1, page.locator("article.myna button.again").count(), "only the last answer can be asked for again");
    }

    /** The stream is held after a few pieces: the embedded model would have finished before anybody could press a button. */
    @Test
    void stopsInTheMiddleAndKeepsWhatHasCome() throws InterruptedException {
        Page page = browsing.open(Language.EN);
        page.evaluate("""
                () => {
                  const real = fetch;
                  window.fetch = async (url, options) => {
                    const response = await real(url, options);
                    if (!String(url).includes('completions')) return response;
                    const ended = new Promise((_, failed) =>
                        options.signal.addEventListener('abort', () => failed(options.signal.reason)));
                    ended.catch(() => {}); // Also where nothing waits for it.
                    let seen = 0;
                    const held = response.body.pipeThrough(new TransformStream({
                      transform(chunk, controller) { if (++seen > 4) return ended; controller.enqueue(chunk); },
                    }));
                    return new Response(held, { status: response.status, headers: response.headers });
                  };
                }""");
        page.evaluate("settings.set('temperature', '100')"); // All tokens are alike: no end in sight.
        for (String how : List.of("#stop", "Escape")) {
            Browsing.ask(page, "Tell me a long story.");
            page.waitForFunction("() => running && chat.messages.at(-1).text.length > 0");
            assertTrue(page.isVisible("#stop"));
            assertFalse(page.isVisible("#send"));
            if (how.equals("Escape")) {
                page.keyboard().press("Escape");
            } else {
                page.click(how);
            }
            String text = Browsing.answer(page);
            assertFalse(text.isBlank());
            assertEquals("Stopped", page.locator("article.myna .state").last().textContent());
            assertTrue(page.isVisible("#send"));
            assertEquals(
                    "question", page.evaluate("document.activeElement.id"), "the keyboard is back at the question");
        }
        TestServer.await(
                "the server has let go of the answers",
                () -> browsing.server.server.activeRequests() == 0
                        && browsing.server.scheduler.stats().active() == 0);
    }

    @Test
    void conversationsOutliveAReload() {
        Page page = browsing.open(Language.UR);
        Browsing.choose(page, "cat");
        page.press("#question", "Enter");
        Browsing.answer(page);
        page.reload();
        Browsing.ready(page);
        assertEquals("rtl", page.locator("html").getAttribute("dir"));
        assertEquals(
                SampleAnswers.of("cat", Language.UR),
                page.locator("article.myna .text").textContent());
        page.waitForFunction("() => document.querySelector('.shots img')?.naturalWidth > 0");

        page.locator("article.myna button.again").click();
        assertEquals(
                SampleAnswers.of("cat", Language.UR),
                Browsing.answer(page),
                "the image is still there to be asked about");

        page.click("#fresh");
        assertThat(page.locator("article")).hasCount(0);
        page.click("#menu");
        assertThat(page.locator("#list .open")).hasCount(1);
        page.locator("#list .open").click();
        assertThat(page.locator("article")).hasCount(2);

        page.click("#menu");
        page.locator("#list button.bin").click();
        assertThat(page.locator("#list .open")).hasCount(0);
        assertEquals(List.of(), page.evaluate("kept.all('images')"), "a conversation's images go with it");
        page.reload();
        Browsing.ready(page);
        assertEquals(0, page.locator("article").count());
    }

    @Test
    void outputOfTheModelStaysText() {
        Page page = browsing.open(Language.EN);
        String html =
                "<img src=x onerror=alert(1)><script>alert(2)</script><a href='javascript:alert(3)'>x</a>\n\n# **b**";
        page.route("**/v1/chat/completions", route -> stream(route, html));
        Browsing.ask(page, html);
        assertEquals(html, Browsing.answer(page));
        assertEquals(html, page.locator("article.user .text").textContent());
        assertEquals(0, page.locator("article .text *").count(), "no element came from the text");
        page.click("#menu");
        assertThat(page.locator("#list .open")).hasCount(1);
        assertEquals(html, page.locator("#list .open").textContent());
        assertEquals(0, page.locator("#list .open *").count());
    }

    private static void stream(Route route, String text) {
        String body = "data: "
                + tools.jackson.jr.ob.JSON.std.asString(
                        Map.of("choices", List.of(Map.of("index", 0, "delta", Map.of("content", text)))))
                + "\n\ndata: [DONE]\n\n";
        route.fulfill(
                new Route.FulfillOptions().setContentType("text/event-stream").setBody(body));
    }
}
