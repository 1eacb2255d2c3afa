// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.rules;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.HashSet;
import java.util.Set;

/** The compiled classes of all modules, without tests. */
final class MainClasses {
    /** Every class of the project whose source is not a test. */
    static final JavaClasses ALL = load();

    private MainClasses() {}

    private static JavaClasses load() {
        Set<String> tests = new HashSet<>();
        for (SourceTree.Source source : SourceTree.sources()) {
            if (source.isTest()) {
                tests.add(source.name());
            }
        }
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(location -> !location.contains("/test-classes/") && !location.contains("-tests.jar"))
                .importPackages("dev.myna");
        return classes.that(DescribedPredicate.describe(
                "are no tests",
                (JavaClass each) -> !tests.contains(each.getName().replaceAll("\\$.*", ""))));
    }
}
