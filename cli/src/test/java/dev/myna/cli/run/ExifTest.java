// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.myna.cli.command.Inputs;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.loaders.image.RgbImage;
import java.io.ByteArrayInputStream;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** A photograph lies upright unless somebody asks for the papers' way. */
class ExifTest {
    /** Two pixels side by side, with the orientation of a telephone held upright. */
    private static final byte[] TIFF = HexFormat.of()
            .parseHex(
                    "4d4d002a0000000a010200080100000300000001000200000101000300000001000100000102000300000001000800000103"
                            + "0003000000010001000001060003000000010001000001110004000000010000000801120003000000010006000001170004"
                            + "000000010000000200000000");

    @Test
    void uprightByDefault() throws Exception {
        assertEquals(Orientation.APPLY, orientation());
        assertEquals(Orientation.APPLY, orientation("--exif", "apply"));
        assertEquals(Orientation.IGNORE, orientation("--exif=ignore"));
        assertThrows(CommandLine.ParameterException.class, () -> orientation("--exif", "sideways"));
        assertThrows(CommandLine.ParameterException.class, () -> orientation("--exif", "--image", "a.png"));
        RgbImage upright = Inputs.image("-", new ByteArrayInputStream(TIFF), orientation());
        assertEquals("1x2", upright.width() + "x" + upright.height());
        RgbImage stored = Inputs.image("-", new ByteArrayInputStream(TIFF), orientation("--exif", "ignore"));
        assertEquals("2x1", stored.width() + "x" + stored.height());
    }

    private static Orientation orientation(String... arguments) {
        return CommandLine.populateCommand(new PromptArguments(), arguments).orientation();
    }
}
