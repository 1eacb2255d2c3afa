// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Skips a test class or method where the part is absent, before anything of it runs; says once per class what to install. Where
 * {@code -Dmyna.required} names the part, absence is a failure. Use {@link NeedsOpenCl} and its siblings, which carry the tags.
 */
@Target(ElementType.ANNOTATION_TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsCondition.class)
@interface Needs {
    Part value();
}
