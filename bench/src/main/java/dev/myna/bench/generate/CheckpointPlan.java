// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import dev.myna.kernels.TensorType;
import java.util.ArrayList;
import java.util.List;

/** The tensors of a published checkpoint under its own names, in PyTorch's order of dimensions (docs/spec/models.md 7). */
final class CheckpointPlan {
    private static final String TOWER = "embeddings.";

    private final TensorType type;
    private final List<Entry> entries = new ArrayList<>();

    /**
     * A tensor to be written.
     *
     * @param shape the last dimension is contiguous
     */
    record Entry(String name, TensorType type, List<Long> shape, float mean, float deviation) {
        long elements() {
            return shape.stream().reduce(1L, Math::multiplyExact);
        }

        long bytes() {
            return type.bytes(elements());
        }
    }

    private CheckpointPlan(TensorType type) {
        this.type = type;
    }

    /** PALO-7B and 13B: one name space, float16, the whole tower of {@code vision.layers() + 1} layers inside. */
    static CheckpointPlan palo(TextShape text, VisionShape vision) {
        CheckpointPlan plan = new CheckpointPlan(TensorType.F16);
        plan.decoder("model.", "lm_head.weight", text);
        plan.linear("model.mm_projector.0", vision.width(), text.width());
        plan.linear("model.mm_projector.2", text.width(), text.width());
        plan.tower("model.vision_tower.vision_tower.vision_model.", vision);
        return plan;
    }

    /** Pangea-7B-hf: bfloat16 under the names of the Hugging Face port. */
    static CheckpointPlan pangeaHf(TextShape text, VisionShape vision) {
        CheckpointPlan plan = new CheckpointPlan(TensorType.BF16);
        plan.add("image_newline", 0, 0.02f, text.width());
        plan.decoder("language_model.model.", "language_model.lm_head.weight", text);
        plan.linear("multi_modal_projector.linear_1", vision.width(), text.width());
        plan.linear("multi_modal_projector.linear_2", text.width(), text.width());
        plan.tower("vision_tower.vision_model.", vision);
        return plan;
    }

    /** All tensors in order. */
    List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** Consecutive tensors in {@code count} files of nearly equal size. */
    List<List<Entry>> shards(int count) {
        long total = entries.stream().mapToLong(Entry::bytes).sum();
        List<List<Entry>> shards = new ArrayList<>();
        long seen = 0;
        for (Entry entry : entries) {
            if (shards.isEmpty() || shards.size() < count && seen >= total / count * shards.size()) {
                shards.add(new ArrayList<>());
            }
            shards.getLast().add(entry);
            seen += entry.bytes();
        }
        return shards;
    }

    private void decoder(String prefix, String head, TextShape text) {
        int width = text.width();
        matrix(prefix + "embed_tokens.weight", width, text.vocabularyRows());
        for (int layer = 0; layer < text.layers(); layer++) {
            String block = prefix + "layers." + layer + ".";
            attention(block + "self_attn.q_proj", width, width, text);
            attention(block + "self_attn.k_proj", width, text.kvWidth(), text);
            attention(block + "self_attn.v_proj", width, text.kvWidth(), text);
            matrix(block + "self_attn.o_proj.weight", width, width);
            matrix(block + "mlp.gate_proj.weight", width, text.feedForward());
            matrix(block + "mlp.up_proj.weight", width, text.feedForward());
            matrix(block + "mlp.down_proj.weight", text.feedForward(), width);
            gain(block + "input_layernorm.weight", width);
            gain(block + "post_attention_layernorm.weight", width);
        }
        gain(prefix + "norm.weight", width);
        matrix(head, width, text.vocabularyRows());
    }

    private void attention(String name, int inputs, int outputs, TextShape text) {
        matrix(name + ".weight", inputs, outputs);
        if (text.hasAttentionBias()) {
            bias(name + ".bias", outputs);
        }
    }

    private void tower(String prefix, VisionShape vision) {
        int width = vision.width();
        int patch = vision.patch();
        bias(prefix + TOWER + "class_embedding", width);
        add(prefix + TOWER + "patch_embedding.weight", 0, 0.04f, width, 3, patch, patch);
        add(prefix + TOWER + "position_embedding.weight", 0, 0.02f, vision.positions(), width);
        norm(prefix + "pre_layrnorm", width);
        for (int layer = 0; layer <= vision.layers(); layer++) {
            String block = prefix + "encoder.layers." + layer + ".";
            for (String projection : new String[] {"k_proj", "v_proj", "q_proj", "out_proj"}) {
                linear(block + "self_attn." + projection, width, width);
            }
            norm(block + "layer_norm1", width);
            linear(block + "mlp.fc1", width, vision.feedForward());
            linear(block + "mlp.fc2", vision.feedForward(), width);
            norm(block + "layer_norm2", width);
        }
        norm(prefix + "post_layernorm", width);
    }

    private void linear(String name, int inputs, int outputs) {
        matrix(name + ".weight", inputs, outputs);
        bias(name + ".bias", outputs);
    }

    private void norm(String name, int width) {
        gain(name + ".weight", width);
        bias(name + ".bias", width);
    }

    private void matrix(String name, int inputs, int outputs) {
        add(name, 0, (float) (1 / Math.sqrt((double) inputs)), outputs, inputs);
    }

    private void gain(String name, int n) {
        add(name, 1, 0.05f, n);
    }

    private void bias(String name, int n) {
        add(name, 0, 0.02f, n);
    }

    private void add(String name, float mean, float deviation, long... shape) {
        List<Long> dimensions = java.util.Arrays.stream(shape).boxed().toList();
        entries.add(new Entry(name, type, dimensions, mean, deviation));
    }
}
