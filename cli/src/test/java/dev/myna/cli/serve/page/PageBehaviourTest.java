// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.FilePayload;
import dev.myna.cli.serve.TestServer;
import dev.myna.engine.Language;
import dev.myna.engine.SchedulerOptions;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.NeedsChromium;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.jr.ob.JSON;

/** How the page takes images and keys, and what it says when something goes wrong. */
@NeedsChromium
class PageBehaviourTest {
    @RegisterExtension
    static final Browsers BROWSERS = new Browsers();

    private Browsing browsing;

    @BeforeEach
    void start() {
        browsing = BROWSERS.browsing();
    }

    /** Gives the page a sample image by an event with files, as a drop or a paste. */
    private static void give(Page page, String type, String carrier) throws IOException {
        String base64 = Base64.getEncoder().encodeToString(Files.readAllBytes(TestServer.SAMPLES.resolve("cat.png")));
        page.evaluate("""
                async ([type, carrier, base64]) => {
                  const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
                  const data = new DataTransfer();
                  data.items.add(new File([bytes], 'cat.png', { type: 'image/png' }));
                  const event = type === 'paste'
                      ? new ClipboardEvent(type, { clipboardData: data, bubbles: true, cancelable: true })
                      : new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
                  document.body.dispatchEvent(event);
                }""", List.of(type, carrier, base64));
    }

    @Test
    void imagesAreDroppedPastedAndRemoved() throws IOException {
        Page page = browsing.open(Language.EN);
        give(page, "dragenter", "dataTransfer");
        assertThat(page.locator("#veil")).isVisible();
        give(page, "drop", "dataTransfer");
        assertThat(page.locator("#veil")).isHidden();
        assertThat(page.locator("#thumbs img")).hasCount(1);
        give(page, "paste", "clipboardData");
        assertThat(page.locator("#thumbs img")).hasCount(2);
        page.locator("#thumbs button").first().click();
        assertThat(page.locator("#thumbs img")).hasCount(1);
        page.fill("#question", "What is this?");
        page.click("#send");
        assertEquals("cat", Browsing.answer(page));
        assertThat(page.locator("article.user img")).hasCount(1);
    }

    /** Version 1 of the database called its store of images, and each message's list of them, "pictures". */
    @Test
    void conversationsOfTheFirstDatabaseVersionKeepTheirImages() throws IOException {
        String base64 = Base64.getEncoder().encodeToString(Files.readAllBytes(TestServer.SAMPLES.resolve("cat.png")));
        Page page = browsing.open(Language.EN);
        // A document of the same origin that does not open the database.
        page.navigate(browsing.server.uri("/health").toString());
        page.evaluate("""
                async base64 => {
                  const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
                  const done = request => new Promise((good, bad) => { request.onsuccess = good; request.onerror = bad; });
                  const open = indexedDB.open('myna', 1);
                  open.onupgradeneeded = () => {
                    for (const name of ['conversations', 'pictures']) open.result.createObjectStore(name, { keyPath: 'id' });
                  };
                  await done(open);
                  const stores = open.result.transaction(['conversations', 'pictures'], 'readwrite');
                  await done(stores.objectStore('pictures').put({ id: 'p1', blob: new Blob([bytes], { type: 'image/png' }) }));
                  await done(stores.objectStore('conversations').put({ id: 'c1', lang: 'en', updated: 1, messages: [
                    { role: 'user', text: 'What is this?', lang: 'en', pictures: ['p1'] },
                    { role: 'assistant', text: 'cat', lang: 'en' },
                  ] }));
                  await done(stores.objectStore('conversations').put({ id: 'c2', lang: 'en', updated: 2, messages: [
                    { role: 'user', text: 'Hello', lang: 'en' },
                  ] }));
                  open.result.close();
                  localStorage.setItem('myna.chat', 'c1');
                }""", base64);
        page.navigate(browsing.server.uri("/").toString());
        Browsing.ready(page);
        assertThat(page.locator("article.user .text")).hasText("What is this?");
        assertThat(page.locator("article.myna .text")).hasText("cat");
        page.waitForFunction("() => document.querySelector('article.user img')?.naturalWidth > 0");
        assertThat(page.locator("article.user .gone")).hasCount(0);

        page.click("#menu");
        assertThat(page.locator("#list .open")).hasCount(2);
        page.locator("#list .open").first().click();
        assertThat(page.locator("article.user .text")).hasText("Hello");

        // The next question sends the image again.
        page.click("#menu");
        page.locator("#list .open").last().click();
        Request request = page.waitForRequest("**/v1/chat/completions", () -> Browsing.ask(page, "And what else?"));
        Browsing.answer(page);
        Map<String, Object> sent = JSON.std.mapFrom(request.postData());
        String url = (String) TestServer.at(sent, "messages", 0, "content", 0, "image_url", "url");
        assertEquals("data:image/png;base64," + base64, url);
    }

    @Test
    void largeImagesAreMadeSmallerBeforeTheyAreSent() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(5000, 1000, BufferedImage.TYPE_INT_RGB), "png", png);
        Page page = browsing.open(Language.EN);
        page.setInputFiles("#file", new FilePayload("large.png", "image/png", png.toByteArray()));
        page.locator("#thumbs img").waitFor();
        Request request = page.waitForRequest("**/v1/chat/completions", () -> page.press("#question", "Enter"));
        Browsing.answer(page);
        Map<String, Object> sent = JSON.std.mapFrom(request.postData());
        String url = (String) TestServer.at(sent, "messages", 0, "content", 0, "image_url", "url");
        RgbImage image = ImageDecoder.decode(
                Base64.getDecoder().decode(url.substring(url.indexOf(',') + 1)), "sent", Orientation.IGNORE);
        assertEquals(2048, image.width());
        assertEquals(410, image.height());
    }

    @Test
    void filesThatAreNotImagesAreReported() {
        Page page = browsing.open(Language.ES);
        page.setInputFiles(
                "#file", new FilePayload("notes.txt", "text/plain", "no image".getBytes(StandardCharsets.UTF_8)));
        assertThat(page.locator("#alert")).containsText("notes.txt");
        assertThat(page.locator("#thumbs img")).hasCount(0);
    }

    @Test
    void keysDoWhatPeopleExpect() {
        Page page = browsing.open(Language.JA);
        page.click("#question");
        page.keyboard().type("一行目");
        page.keyboard().press("Shift+Enter");
        page.keyboard().type("二行目");
        assertEquals("一行目\n二行目", page.inputValue("#question"));
        page.evaluate("""
                () => $('question').dispatchEvent(
                    new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))""");
        assertEquals("一行目\n二行目", page.inputValue("#question"), "an input method's Enter sends nothing");
        page.keyboard().press("Enter");
        Browsing.answer(page);
        assertEquals("一行目\n二行目", page.locator("article.user .text").textContent());
        assertEquals("", page.inputValue("#question"));
    }

    @Test
    void messagesTakeTheDirectionOfTheirFirstLetter() {
        Page page = browsing.open(Language.EN);
        for (Map.Entry<String, String> text : Map.of(
                        "1. یہ کیا ہے؟ (cat)", "rtl",
                        "\"cat\" قطة", "ltr",
                        "שלום abc", "rtl",
                        "123", "ltr")
                .entrySet()) {
            page.fill("#question", text.getKey());
            assertEquals(text.getValue(), page.locator("#question").getAttribute("dir"), text.getKey());
            page.press("#question", "Enter");
            Browsing.answer(page);
            assertEquals(
                    text.getValue(), page.locator("article.user .text").last().getAttribute("dir"), text.getKey());
            page.click("#fresh");
        }
    }

    private static void fail(Page page, int status, String code, Map<String, String> headers) {
        page.unrouteAll();
        page.route(
                "**/v1/chat/completions",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setStatus(status)
                        .setHeaders(headers)
                        .setContentType("application/json")
                        .setBody(JSON.std.asString(Map.of("error", Map.of("message", "because", "code", code))))));
    }

    @Test
    void errorsAreShownInTheChosenLanguage() {
        Page page = browsing.open(Language.ES);
        fail(page, 429, "queue_full", Map.of("Retry-After", "7"));
        Browsing.ask(page, "¿Qué es esto?");
        assertThat(page.locator("#alert")).containsText("ocupado");
        assertThat(page.locator("#alert")).containsText("7");
        page.selectOption("#language", "ru");
        assertThat(page.locator("#alert")).containsText("Сервер занят");

        page.unrouteAll();
        page.locator("#alert button").click();
        assertTrue(!Browsing.answer(page).isEmpty(), "the same question again, answered");
        assertThat(page.locator("#alert div")).hasCount(0);

        fail(page, 413, "too_large", Map.of());
        Browsing.ask(page, "Что это?");
        assertThat(page.locator("#alert")).containsText("слишком велики");
        fail(page, 400, "context_length_exceeded", Map.of());
        page.locator("#alert button").click();
        assertThat(page.locator("#alert")).containsText("Начните новый");
        page.locator("#alert button").click();
        assertThat(page.locator("article")).hasCount(0);

        fail(page, 500, "internal", Map.of());
        Browsing.ask(page, "Что это?");
        assertThat(page.locator("#alert")).containsText("because");

        page.unrouteAll();
        page.route("**/v1/chat/completions", Route::abort);
        page.locator("#alert button").click();
        assertThat(page.locator("#alert")).containsText("Сервер недоступен");
        assertThat(page.locator("#send")).isVisible();
    }

    @Test
    void brokenStreamsKeepWhatHasCome() {
        Page page = browsing.open(Language.EN);
        page.route(
                "**/v1/chat/completions",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setContentType("text/event-stream")
                        .setBody("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"half an ans\"}}]}\n\n")));
        Browsing.ask(page, "What is this?");
        assertThat(page.locator("#alert")).containsText("The connection broke");
        assertThat(page.locator("article.myna .text")).hasText("half an ans");
    }

    /** Folded, and beside the answer: what a model thinks is there for who wants to know. */
    @Test
    void reasoningIsFolded() {
        Page page = browsing.open(Language.UR);
        page.route(
                "**/v1/chat/completions",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setContentType("text/event-stream")
                        .setBody("data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"سوچ رہا\"}}]}\n\n"
                                + "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\" ہوں\"}}]}\n\n"
                                + "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"بلی\"}}]}\n\n"
                                + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                                + "data: [DONE]\n\n")));
        Browsing.ask(page, "یہ کیا ہے؟");
        assertThat(page.locator("article.myna .body > .text")).hasText("بلی");
        assertThat(page.locator("article.myna .thoughts .text")).isHidden();
        page.locator("article.myna .thoughts summary").click();
        assertThat(page.locator("article.myna .thoughts .text")).hasText("سوچ رہا ہوں");
        assertThat(page.locator("article.myna .thoughts .text")).isVisible();
    }

    @Test
    void pageAsksForTheKeyOfTheServer() throws IOException {
        try (TestServer closed =
                new TestServer(SchedulerOptions.defaults(), List.of("open sesame"), TestServer.LIMITS)) {
            Page page = browsing.open(Language.FR, closed, new NewContextOptions());
            assertThat(page.locator("#keyform label")).hasText("Ce serveur demande une clé d’API.");
            page.fill("#key", "wrong");
            page.press("#key", "Enter");
            assertThat(page.locator("#keyform")).isVisible();
            page.fill("#key", "open sesame");
            page.press("#key", "Enter");
            assertThat(page.locator("#keyform")).isHidden();
            assertThat(page.locator("#model")).hasText("Myna nano");
            Browsing.choose(page, "cat");
            page.press("#question", "Enter");
            assertEquals("chat", Browsing.answer(page));
            page.reload();
            assertThat(page.locator("#model")).hasText("Myna nano");
        }
    }
}
