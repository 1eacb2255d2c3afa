// SPDX-License-Identifier: Apache-2.0
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.ImageException;
import dev.myna.loaders.image.RgbImage;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Decodes the files that standard input names, one a line, for compare.py: width, height and RGB of each on standard
 * output, or -1 and why not. Run with {@code java -cp myna.jar DecodeAll.java ignore|apply}.
 */
final class DecodeAll {
    private DecodeAll() {}

    public static void main(String[] args) throws Exception {
        var orientation = ImageDecoder.Orientation.valueOf(args[0].toUpperCase(java.util.Locale.ROOT));
        var names = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var out = new DataOutputStream(new BufferedOutputStream(System.out, 1 << 16));
        for (String name = names.readLine(); name != null; name = names.readLine()) {
            try {
                RgbImage image = ImageDecoder.decode(Path.of(name), orientation);
                out.writeInt(image.width());
                out.writeInt(image.height());
                out.write(image.rgb());
            } catch (ImageException e) {
                out.writeInt(-1);
                out.writeUTF(e.getMessage());
            }
            out.flush();
        }
    }
}
