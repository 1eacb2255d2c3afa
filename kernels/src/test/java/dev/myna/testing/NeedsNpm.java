// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/** A test that fetches packages with npm and runs them with Node.js. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Needs(Part.NPM)
@Tag("optional")
public @interface NeedsNpm {}
