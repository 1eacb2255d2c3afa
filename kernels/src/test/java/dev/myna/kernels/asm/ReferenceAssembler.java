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
 * What GNU as makes of instructions: {@code as.txt} beside a test has their texts and bytes, as {@code bench/assemble} prints
 * them.
 */
public final class ReferenceAssembler {
    private ReferenceAssembler() {}

    /**
     * Requires the same instructions with the same bytes.
     *
     * @param test what {@code as.txt} lies beside
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
                wrong.add(text + ": " + actual + ", as makes " + expected.get(text));
            }
        });
        assertEquals(List.of(), wrong);
        assertEquals(assembled.keySet(), expected.keySet());
    }
}
