// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The bytes that GNU as gives for instructions: {@code as.txt} beside a test has texts and bytes, printed by {@code
 * bench/assemble}.
 */
public final class ReferenceAssembler {
    private ReferenceAssembler() {}

    /**
     * Checks that both have the same instructions with the same bytes.
     *
     * @param test the class beside which {@code as.txt} lies
     * @param assembled bytes by text
     */
    public static void requireSame(Class<?> test, Map<String, byte[]> assembled) throws IOException {
        Map<String, String> expected = new HashMap<>();
        try (InputStream in = test.getResourceAsStream("as.txt")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                String[] parts = line.split("\t");
                expected.put(parts[0], parts[1]);
            });
        }
        List<String> wrong = new ArrayList<>();
        assembled.forEach((text, code) -> {
            String actual = HexFormat.of().formatHex(code);
            if (!actual.equals(expected.get(text))) {
                wrong.add(text + ": " + actual + ", as gives " + expected.get(text));
            }
        });
        assertEquals(List.of(), wrong);
        assertEquals(assembled.keySet(), expected.keySet());
    }
}
