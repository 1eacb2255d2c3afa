// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Evaluates {@link Needs}. */
final class NeedsCondition implements ExecutionCondition {
    /** Parts that must be there, by their names in small letters, separated by commas. */
    private static final Set<String> REQUIRED =
            Set.of(System.getProperty("myna.required", "").split(","));

    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(context.getElement(), Needs.class)
                .map(needs -> evaluate(needs.value(), context))
                .orElseGet(() -> ConditionEvaluationResult.enabled("needs nothing"));
    }

    private static ConditionEvaluationResult evaluate(Part part, ExtensionContext context) {
        Optional<String> absence = part.absence();
        if (absence.isEmpty()) {
            return ConditionEvaluationResult.enabled(part + " is there");
        }
        if (REQUIRED.contains(part.name().toLowerCase(Locale.ROOT))) {
            throw new IllegalStateException("-Dmyna.required names " + part + ", but: " + absence.get());
        }
        String name = context.getRequiredTestClass().getSimpleName();
        if (TOLD.add(name + part)) {
            System.err.println("SKIPPED: " + name + ": " + absence.get());
        }
        return ConditionEvaluationResult.disabled(absence.get());
    }
}
