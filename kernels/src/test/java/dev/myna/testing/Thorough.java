// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
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

    /** Which of many cases are tried. */
    final class Cases {
        private Cases() {}

        /** The cases of a plain build: those that are the first with one of their features. A thorough one has all. */
        @SafeVarargs
        public static <T> List<T> of(List<T> cases, Function<T, Object>... features) {
            if (Times.all()) {
                return cases;
            }
            Set<List<Object>> seen = new HashSet<>();
            List<T> few = new ArrayList<>();
            for (T each : cases) {
                boolean first = false;
                for (int i = 0; i < features.length; i++) {
                    first |= seen.add(List.of(i, features[i].apply(each)));
                }
                if (first) {
                    few.add(each);
                }
            }
            return few;
        }
    }
}
