// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.parrot;

import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.vision.Probe;
import dev.myna.engine.vision.TextGuide;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Tensor;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import dev.myna.loaders.text.Text;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Parrot's multilingual mixture of experts (docs/spec/models.md 3.4, keys 8.4). All experts transform the projected rows of an image.
 * A router gives each expert one routing weight per image, from what the class row attends to in the prompt's text. Routing is dense
 * and soft: every expert runs, and the sum of their outputs is weighted.
 *
 * <p>Two gates differ: {@code mm.moe.gate.weight} is the router's matrix; {@code mm.moe.ffn_gate_exps.weight} is the gate of each
 * expert's SwiGLU. Immutable and thread-safe.
 */
final class TextGuidedMoe implements TextGuide {
    private static final int MAX_EXPERTS = 1024;

    private final Device device;
    private final int width;
    private final int inner;
    /** The router's matrix [experts, width]: the file's {@code mm.moe.gate.weight}. */
    private final Linear routerGate;

    private final List<Expert> experts;

    /** Factor on the projected rows that are added to the experts' sum; 0 for none. */
    private final float residualScale;

    /**
     * The matrices of one expert, a SwiGLU block: {@code down (silu(gate x) * up x)}.
     *
     * @param gate [inner, width], of SwiGLU; it does no routing
     * @param up [inner, width]
     * @param down [width, inner]
     */
    private record Expert(Linear gate, Linear up, Linear down) {}

    /**
     * Loads the experts and checks their shapes.
     *
     * @param width elements per projected row
     * @throws dev.myna.loaders.gguf.GgufException if a key or tensor is missing or has another type or shape
     */
    TextGuidedMoe(GgufFile file, int width, Device device) {
        GgufMetadata metadata = file.metadata();
        requireValue(file, "clip.moe.query", "cls");
        requireValue(file, "clip.moe.routing", "softmax_dense");
        int embedding = metadata.integer("clip.moe.embedding_length", 1, 1 << 16);
        if (embedding != width) {
            throw new ModelException(file.name() + ": clip.moe.embedding_length = " + embedding
                    + " but the projector makes rows of " + width);
        }
        this.device = device;
        this.width = width;
        int count = metadata.integer("clip.moe.expert_count", 1, MAX_EXPERTS);
        inner = metadata.integer("clip.moe.expert_feed_forward_length", 1, 1 << 20);
        residualScale = metadata.bool("clip.moe.residual", true) ? metadata.number("clip.moe.residual_scale") : 0;
        if (!Float.isFinite(residualScale)) {
            throw new ModelException(file.name() + ": clip.moe.residual_scale must be finite, not " + residualScale);
        }
        routerGate = new Linear(device.load(file.require("mm.moe.gate.weight", width, count)));
        Tensor gates = file.require("mm.moe.ffn_gate_exps.weight", width, inner, count);
        Tensor ups = file.require("mm.moe.ffn_up_exps.weight", width, inner, count);
        Tensor downs = file.require("mm.moe.ffn_down_exps.weight", inner, width, count);
        List<Expert> loaded = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            loaded.add(new Expert(part(gates, i), part(ups, i), part(downs, i)));
        }
        experts = List.copyOf(loaded);
    }

    private static void requireValue(GgufFile file, String key, String expected) {
        String value = file.metadata().string(key, expected);
        if (!value.equals(expected)) {
            throw new ModelException(file.name() + ": " + key + " = " + Text.line(value, Text.SHOWN)
                    + " is not supported; Myna knows " + expected);
        }
    }

    /** One expert's matrix of a stack. */
    private Linear part(Tensor stack, int expert) {
        long bytes = stack.rowBytes() * stack.shape().get(1);
        Tensor part = new Tensor(
                stack.name() + "[" + expert + "]",
                stack.type(),
                stack.shape().subList(0, 2),
                stack.data().asSlice(expert * bytes, bytes));
        return new Linear(device.load(part));
    }

    @Override
    public Guided guide(float[] projected, float[] text, Checkpoint checkpoint) {
        return guide(projected, text, checkpoint, Probe.NONE);
    }

    /** @param projected [rows, width], the class row first */
    Guided guide(float[] projected, float[] text, Checkpoint checkpoint, Probe probe) {
        int n = projected.length / width;
        int tokens = text.length / width;
        if (n * width != projected.length || tokens * width != text.length || n == 0 || tokens == 0) {
            throw new IllegalArgumentException(
                    projected.length + " and " + text.length + " elements are not at least one row each of " + width);
        }
        try (Arena scope = Arena.ofShared()) {
            Buffer x = device.allocate(scope, n, width);
            device.write(x, projected, 0, n);
            Buffer router = route(x, text, tokens, scope, probe);
            float[] routing = new float[experts.size()];
            device.read(router, routing, 0, 1);

            Buffer gated = device.allocate(scope, n, inner);
            Buffer up = device.allocate(scope, n, inner);
            Buffer down = device.allocate(scope, n, width);
            // A new buffer is zero, and so is the sum before the first expert.
            Buffer sum = device.allocate(scope, n, width);
            for (int i = 0; i < routing.length; i++) {
                checkpoint.betweenLayers();
                Expert expert = experts.get(i);
                device.matrices().matmul(expert.gate, x, gated, n);
                device.matrices().matmul(expert.up, x, up, n);
                device.elementwise().siluMul(gated, up, n);
                device.matrices().matmul(expert.down, gated, down, n);
                device.elementwise().addScaled(sum, down, routing[i], n);
            }
            probe.stage("moe_experts_sum", sum, n);
            if (residualScale != 0) {
                device.elementwise().addScaled(sum, x, residualScale, n);
            }
            probe.stage("moe_output", sum, n);
            float[] rows = new float[projected.length];
            device.read(sum, rows, 0, n);
            return new Guided(rows, routing);
        }
    }

    /** The routing weights [1, experts]: the class row attends to the text, and the router's matrix maps the attended text. */
    private Buffer route(Buffer x, float[] text, int tokens, Arena scope, Probe probe) {
        Buffer rows = device.allocate(scope, tokens, width);
        device.write(rows, text, 0, tokens);
        Buffer attention = device.allocate(scope, 1, tokens);
        device.matrices().matmulTransposed(x.slice(0, 1), rows, attention, 1);
        device.elementwise().scale(attention, (float) (1 / Math.sqrt(width)), 1);
        device.norms().softmax(attention, 1);
        probe.stage("moe_attention", attention, 1);

        Buffer columns = device.allocate(scope, width, tokens);
        device.write(columns, transposed(text, tokens), 0, width);
        Buffer pooled = device.allocate(scope, 1, width);
        device.matrices().matmulTransposed(attention, columns, pooled, 1);
        probe.stage("moe_text", pooled, 1);

        Buffer router = device.allocate(scope, 1, experts.size());
        device.matrices().matmul(routerGate, pooled, router, 1);
        device.norms().softmax(router, 1);
        probe.stage("moe_router", router, 1);
        return router;
    }

    private float[] transposed(float[] text, int tokens) {
        float[] columns = new float[text.length];
        for (int token = 0; token < tokens; token++) {
            for (int i = 0; i < width; i++) {
                columns[i * tokens + token] = text[token * width + i];
            }
        }
        return columns;
    }
}
