// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** One browser and one server for all tests of the page; after each test, what its pages must not have done. */
final class Browsers implements BeforeAllCallback, AfterEachCallback {
    private Browsing browsing;

    Browsing browsing() {
        return browsing;
    }

    /** What is put here is closed after the last test. */
    @Override
    public void beforeAll(ExtensionContext context) {
        browsing = context.getRoot()
                .getStore(Namespace.GLOBAL)
                .computeIfAbsent(Browsing.class, key -> start(), Browsing.class);
    }

    private static Browsing start() {
        try {
            return new Browsing();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        browsing.finishTest();
    }
}
