// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.myna.cli.serve.SampleAnswers;
import dev.myna.engine.Language;
import dev.myna.testing.NeedsChromium;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Words, sizes and colours of the page, and what screen readers find in it. */
@NeedsChromium
class PageLooksTest {
    @RegisterExtension
    static final Browsers BROWSERS = new Browsers();

    private Browsing browsing;

    @BeforeEach
    void start() {
        browsing = BROWSERS.browsing();
    }

    @Test
    void languageMenuHasAllLanguages() {
        Page page = browsing.open(Language.EN);
        assertThat(page.locator("#language option")).hasCount(Language.values().length);
        assertThat(page.locator("#language")).hasValue("en");
    }

    /** Everything within 320 pixels, in every language, before and after an answer. */
    @Test
    void fitsAPhone() {
        NewContextOptions phone = new NewContextOptions()
                .setViewportSize(320, 568)
                .setHasTouch(true)
                .setIsMobile(true)
                .setDeviceScaleFactor(2);
        Page page = browsing.open(Language.EN, browsing.server, phone);
        for (Language language : Language.values()) {
            page.selectOption("#language", language.code());
            assertEquals(List.of(), outside(page), language + ", empty");
            Browsing.choose(page, "cat");
            page.click("#send");
            assertEquals(SampleAnswers.of("cat", language), Browsing.answer(page));
            assertEquals(List.of(), outside(page), language + ", answered");
            if (language == Language.AR) {
                Browsing.photograph(page, "phone-ar");
            }
            page.click("#fresh");
        }
    }

    /** Visible controls that stick out of the window or are too small for a finger; chips may be scrolled to. */
    private static List<?> outside(Page page) {
        return (List<?>) page.evaluate("""
                () => [...document.querySelectorAll('button, select, textarea, .text, #status span')]
                    .filter(e => e.checkVisibility() && !e.closest('#suggest, dialog'))
                    .filter(e => {
                      const box = e.getBoundingClientRect();
                      return box.left < -0.5 || box.right > innerWidth + 0.5
                          || (e.localName === 'button' && Math.min(box.width, box.height) < 24);
                    })
                    .map(e => e.id || e.className || e.localName)
                    .concat(document.documentElement.scrollWidth > innerWidth ? ['the page scrolls sideways'] : [])""");
    }

    @Test
    void darkFollowsTheSystemUntilItIsSwitched() {
        Page page =
                browsing.open(Language.EN, browsing.server, new NewContextOptions().setColorScheme(ColorScheme.DARK));
        String dark = background(page);
        assertEquals("true", page.locator("#theme").getAttribute("aria-pressed"));
        page.click("#theme");
        assertTrue(!background(page).equals(dark));
        page.reload();
        assertTrue(!background(page).equals(dark), "the choice is remembered");
        assertEquals("false", page.locator("#theme").getAttribute("aria-pressed"));
    }

    private static String background(Page page) {
        return (String) page.evaluate("getComputedStyle(document.body).backgroundColor");
    }

    /** axe-core's rules (WCAG 2.2 A and AA, best practices): names, roles, contrast, structure. */
    @Test
    void pagePassesAccessibilityRules() {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            Page page = browsing.open(Language.UR, browsing.server, new NewContextOptions().setColorScheme(scheme));
            if (scheme == ColorScheme.LIGHT) {
                audit(page, "empty");
            }
            Browsing.choose(page, "cat");
            page.press("#question", "Enter");
            Browsing.answer(page);
            assertThat(page.locator("#live")).hasText("بلی");
            Browsing.photograph(page, "answer-ur-" + scheme.name().toLowerCase(Locale.ROOT));
            page.route("**/v1/chat/completions", route -> route.abort());
            Browsing.ask(page, "یہ کیا ہے؟");
            assertThat(page.locator("#alert button")).isVisible();
            Browsing.choose(page, "bicycle");
            audit(page, scheme + ", an answer, an error and the next image");
        }
        Page page = browsing.open(Language.EN);
        page.click("#menu");
        audit(page, "menu");
    }

    private static void audit(Page page, String when) {
        List<String> found = new ArrayList<>();
        for (Rule rule : new AxeBuilder(page).analyze().getViolations()) {
            found.add(rule.getId() + ": " + rule.getNodes().getFirst().getHtml());
        }
        assertEquals(List.of(), found, when);
    }
}
