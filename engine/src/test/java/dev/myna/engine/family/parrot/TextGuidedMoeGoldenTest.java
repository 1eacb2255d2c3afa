// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.parrot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.TestDevice;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.vision.TextGuide;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.Numbers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every stage of the mixture equals a float64 reference, for each text. */
@NeedsGolden
class TextGuidedMoeGoldenTest {
    private static final double TOLERANCE = 2e-4;

    static Stream<String> cases() {
        return list(Golden.json("vision/manifest.json").get("cases")).stream()
                .filter(vision -> vision.get("projector").equals("mlp_moe_text"))
                .map(vision -> (String) vision.get("name"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyStageEqualsFloat64(String name) {
        everyStageEqualsFloat64(TestDevice.JIT, name);
    }

    @NeedsOpenCl
    @ParameterizedTest
    @MethodSource("cases")
    void everyStageEqualsFloat64OnOpenCl(String name) {
        everyStageEqualsFloat64(TestDevice.OPENCL, name);
    }

    private static void everyStageEqualsFloat64(TestDevice target, String name) {
        Map<String, Object> vision = list(Golden.json("vision/manifest.json").get("cases")).stream()
                .filter(each -> each.get("name").equals(name))
                .findFirst()
                .orElseThrow();
        int width = (Integer) vision.get("llm_width");
        try (GgufFile file = GgufFile.open(Golden.path("vision/" + vision.get("gguf")));
                Device device = target.open()) {
            TextGuidedMoe mixture = new TextGuidedMoe(file, width, device);
            for (Map<String, Object> image : list(vision.get("images"))) {
                Map<String, float[]> tensors = tensors(image);
                for (Map.Entry<String, float[]> text : tensors(vision).entrySet()) {
                    Map<String, float[]> stages = new HashMap<>();
                    TextGuide.Guided guided = mixture.guide(
                            tensors.get("projected"), text.getValue(), Checkpoint.NONE, (stage, rows, n) -> {
                                float[] values = new float[n * rows.width()];
                                device.read(rows, values, 0, n);
                                stages.put(stage, values);
                            });
                    assertEquals(5, stages.size());
                    stages.forEach((stage, values) -> {
                        double error = Numbers.maxAbs(tensors.get(stage + "." + text.getKey()), values);
                        assertTrue(error <= TOLERANCE, stage + "." + text.getKey() + ": max abs " + error);
                    });
                    assertEquals(0, Numbers.maxAbs(stages.get("moe_output"), guided.rows()));
                    assertEquals(0, Numbers.maxAbs(stages.get("moe_router"), guided.router()));
                }
            }
        }
    }

    private static Map<String, float[]> tensors(Map<String, Object> owner) {
        Map<String, float[]> result = new HashMap<>();
        list(owner.get("tensors"))
                .forEach(tensor ->
                        result.put((String) tensor.get("key"), Golden.floats("vision/" + tensor.get("file"))));
        return result;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Object value) {
        return (List<Map<String, Object>>) value;
    }
}
