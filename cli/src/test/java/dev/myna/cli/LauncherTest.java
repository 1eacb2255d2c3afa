// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LauncherTest {
    private static final int JAVA_8 = 52;

    @ParameterizedTest
    @ValueSource(strings = {"25.0.3", "25.0.3.0.1", "25.0.10", "25.1", "26", "26-ea", "26.0.1"})
    void acceptsNewEnough(String version) {
        assertTrue(Launcher.suitable(version));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"25", "25-ea", "25.0.2", "25.0.2+10", "24.0.9", "21.0.7", "17.0.15", "1.8.0_412", "9", "unknown"
            })
    void rejectsTooOld(String version) {
        assertFalse(Launcher.suitable(version));
    }

    @Test
    void anyJavaCanLoadIt() throws IOException {
        try (DataInputStream in = new DataInputStream(Launcher.class.getResourceAsStream("Launcher.class"))) {
            assertEquals(0xCAFEBABE, in.readInt());
            in.readUnsignedShort();
            assertEquals(JAVA_8, in.readUnsignedShort());
        }
    }
}
