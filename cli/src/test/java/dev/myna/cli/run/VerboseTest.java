// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code --verbose} tells of the small random models of the golden vectors, and the limit of their context. */
@NeedsGolden
class VerboseTest {

    @Test
    void anyResolutionPlansAreShown() {
        Captured result = run("pangea", "--image", "image0.png", "--verbose", "-c", "640");
        assertEquals(ExitCode.OK, result.code(), result.err());
        hasLine(result, "prompt   chatml, positions of an image depend on its size: .* up to \\d+ positions");
        hasLine(result, "image  \\d+x\\d+ on a canvas of \\d+x\\d+ as .* tiles, .* patches kept, \\d+ positions");
        // 3 layers, 2 heads of 24 for keys and as many for values, two bytes each
        hasLine(result, "cache    640 positions, keys F16, values F16: 360.0 KiB when full");
    }

    @Test
    void fixedSizePlansAndExpertsAreShown() {
        Captured result = run("parrot", "--image", "image0.png", "--verbose");
        assertEquals(ExitCode.OK, result.code(), result.err());
        hasLine(result, "prompt   chatml, 37 positions per image");
        hasLine(result, "experts ( [01]\\.\\d{3}){6}");
        result = run("palo", "--verbose");
        hasLine(result, "prompt   vicuna_v1, no images");
    }

    /** Images that keep their shape, and how many positions they may take. */
    @Test
    void sizesOfImagesAreShown() {
        String folder = "families/qwen2vl/";
        List<String> args = List.of(
                "-m", Golden.path(folder + "text-f32.gguf").toString(),
                "--mmproj", Golden.path(folder + "mmproj-f32.gguf").toString(),
                "--image", Golden.path(folder + "image1.png").toString(),
                "-p", "A?", "-n", "1", "-c", "200", "--verbose");
        Captured result = Captured.run(args.toArray(String[]::new));
        assertEquals(ExitCode.OK, result.code(), result.err());
        hasLine(result, "prompt   .*: a position for every 28 x 28 pixels of an image, from 4 to 1024 positions.*");
        hasLine(result, "image  150x101 as 140x112: 8 x 10 patches, 20 positions");
        List<String> limited = new ArrayList<>(args);
        limited.addAll(List.of("--image-tokens", "4,12"));
        result = Captured.run(limited.toArray(String[]::new));
        hasLine(result, "image  150x101 as 112x56: 4 x 8 patches, 8 positions; reduced: --image-tokens .*");
    }

    @Test
    void secondQuestionReusesTheImage() {
        for (String model : List.of("palo", "pangea", "parrot")) {
            String script = "/image " + Golden.path("e2e/" + model + "/image0.png") + "\nA?\nB?\n";
            Captured chat = Captured.runWith(
                    script.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                    "chat",
                    "-m",
                    Golden.path("e2e/" + model + "/text.gguf").toString(),
                    "--mmproj",
                    Golden.path("e2e/" + model + "/mmproj.gguf").toString(),
                    "-n",
                    "2",
                    "--verbose");
            assertEquals(ExitCode.OK, chat.code(), chat.err());
            List<String> times =
                    chat.err().lines().filter(line -> line.contains("prompt ")).toList();
            assertEquals(2, times.size(), chat.err());
            assertTrue(
                    times.get(0).matches("\\[image .* s, prompt \\d+ tokens .* after 0 kept, answer .*"), chat.err());
            // Parrot's experts look at all text: they work anew, and only what precedes the image is kept.
            boolean experts = model.equals("parrot");
            assertEquals(experts, times.get(1).startsWith("[image "), chat.err());
            int kept = Integer.parseInt(times.get(1).replaceFirst(".* after (\\d+) kept.*", "$1"));
            assertEquals(experts, kept < 30, chat.err());
        }
    }

    @Test
    void moreThanTheContextHoldsIsRefusedNotCut() {
        for (String model : List.of("palo", "pangea", "parrot")) {
            Captured one = run(model, "--image", "image0.png", "-c", "40");
            assertEquals(ExitCode.USAGE, one.code(), one.err());
            assertTrue(
                    one.err().matches("(?s).*the conversation needs \\d+ positions but the context holds 40;.*"),
                    one.err());
            Captured two = run(model, "--image", "image0.png", "--image", "image1.png", "-c", "40");
            assertEquals(ExitCode.USAGE, two.code(), two.err());
            assertTrue(needed(two) > needed(one), two.err());
        }
    }

    private static int needed(Captured refused) {
        return Integer.parseInt(refused.err().replaceFirst("(?s).*needs (\\d+) positions.*", "$1"));
    }

    private static void hasLine(Captured result, String pattern) {
        assertTrue(
                result.err().lines().anyMatch(line -> line.matches("(myna: )?" + pattern)),
                pattern + " is not in:\n" + result.err());
    }

    private static Captured run(String model, String... options) {
        List<String> args = new ArrayList<>();
        args.addAll(List.of("-m", Golden.path("e2e/" + model + "/text.gguf").toString(), "-p", "A?", "-n", "1"));
        if (List.of(options).contains("--image")) {
            args.addAll(List.of(
                    "--mmproj", Golden.path("e2e/" + model + "/mmproj.gguf").toString()));
        }
        for (String option : options) {
            args.add(
                    option.endsWith(".png")
                            ? Golden.path("e2e/" + model + "/" + option).toString()
                            : option);
        }
        return Captured.run(args.toArray(String[]::new));
    }
}
