// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import dev.myna.cli.serve.TestServer;
import dev.myna.engine.Language;
import dev.myna.engine.SchedulerOptions;
import dev.myna.testing.Chromium;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A browser of the system, a server to look at, and the things people do on the page. For one thread. */
final class Browsing implements AutoCloseable {
    /** Tells {@link #violations} of whatever the content security policy has kept from happening. */
    private static final String WITNESS = "addEventListener('securitypolicyviolation',"
            + " event => console.error('violation: ' + event.violatedDirective + ' ' + event.blockedURI));";

    final TestServer server;
    private final Playwright playwright;
    private final Browser browser;
    private final List<BrowserContext> contexts = new ArrayList<>();

    /** What pages did that they must not: violations of the policy, script errors, requests to other places, dialogs. */
    final List<String> violations = new ArrayList<>();

    Browsing() throws IOException {
        Path program = Chromium.program().orElseThrow();
        server = new TestServer(SchedulerOptions.builder().slots(2).build());
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright.chromium().launch(new BrowserType.LaunchOptions().setExecutablePath(program));
    }

    /** The page in a browser that has never seen it, of someone who reads this language. */
    Page open(Language language) {
        return open(language, server, new NewContextOptions());
    }

    Page open(Language language, TestServer from, NewContextOptions options) {
        BrowserContext context = browser.newContext(options.setLocale(language.code()));
        contexts.add(context);
        context.setDefaultTimeout(60_000);
        context.addInitScript(WITNESS);
        context.onRequest(request -> {
            String url = request.url();
            if (!url.startsWith(from.uri("/").toString()) && !url.startsWith("data:") && !url.startsWith("blob:")) {
                violations.add("request to " + url);
            }
        });
        context.onConsoleMessage(message -> {
            if (message.text().startsWith("violation: ") || message.text().contains("Content Security Policy")) {
                violations.add(message.text());
            }
        });
        context.onWebError(error -> violations.add("script error: " + error.error()));
        Page page = context.newPage();
        page.onDialog(dialog -> {
            violations.add("dialog: " + dialog.message());
            dialog.dismiss();
        });
        page.navigate(from.uri("/").toString());
        ready(page);
        return page;
    }

    /** Waits until the page knows its model, or has said why not. */
    static void ready(Page page) {
        page.waitForFunction("() => $('model').textContent !== '' || alertKey !== null || !$('keyform').hidden");
    }

    /** Chooses a sample image and waits for its preview. */
    static void choose(Page page, String sample) {
        int before = page.locator("#thumbs img").count();
        page.setInputFiles("#file", TestServer.SAMPLES.resolve(sample + ".png"));
        page.locator("#thumbs img").nth(before).waitFor();
    }

    /** Writes a question and presses Enter. */
    static void ask(Page page, String question) {
        page.fill("#question", question);
        page.press("#question", "Enter");
    }

    /** The latest answer, once it is complete. */
    static String answer(Page page) {
        page.waitForFunction(
                "() => running === null && chat.messages.at(-1)?.role === 'assistant' && !document.querySelector('[aria-busy]')");
        return page.locator("article.myna .text").last().textContent();
    }

    /** An image of the page, for people to look at. */
    static void photograph(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/screenshots", name + ".png")));
    }

    /** Closes the pages of a test and checks that none did what it must not. */
    void finishTest() {
        contexts.forEach(BrowserContext::close);
        contexts.clear();
        List<String> seen = List.copyOf(violations);
        violations.clear();
        assertEquals(List.of(), seen);
        assertEquals(List.of(), List.copyOf(server.problems));
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
        server.close();
    }
}
