// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * A test that does more of the same with {@code -Dmyna.thorough=true}. Continuous integration runs it so; a plain build does enough to
 * notice what is broken.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("thorough")
public @interface Thorough {
    /** How often something is tried: {@code few} times in a plain build, or {@code many}. */
    final class Times {
        private Times() {}

        public static int of(int few, int many) {
            return all() ? many : few;
        }

        /** Whether everything is to be tried. */
        public static boolean all() {
            return Boolean.getBoolean("myna.thorough");
        }
    }
}
