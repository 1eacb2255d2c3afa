// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes a checkpoint in the layout its authors published, with random weights. */
@Command(
        name = "checkpoint",
        sortOptions = false,
        description = "Writes OUT/<model>: a full-size checkpoint of random weights in the published layout, to measure"
                + " conversion. What it says means nothing.")
public final class CheckpointGenerator implements Callable<Integer> {

    /** Layouts of docs/spec/models.md 7. */
    enum Layout {
        PALO_7B("palo-7b", TextShape.VICUNA_7B, 2),
        PALO_13B("palo-13b", TextShape.VICUNA_13B, 3),
        PANGEA_7B_HF("pangea-7b-hf", TextShape.QWEN2_7B, 4);

        private final String id;
        private final TextShape text;
        private final int shards;

        Layout(String id, TextShape text, int shards) {
            this.id = id;
            this.text = text;
            this.shards = shards;
        }

        @Override
        public String toString() {
            return id;
        }
    }

    @Option(
            names = {"-m", "--model"},
            required = true,
            description = "One of: ${COMPLETION-CANDIDATES}.")
    private Layout model;

    @Option(
            names = {"-o", "--out"},
            defaultValue = ".",
            description = "Folder to write to, default the current one; made when absent.")
    private Path out;

    @Option(names = "--layers", description = "Decoder layers, default the model's own number.")
    private Integer layers;

    @Option(names = "--seed", defaultValue = "1", description = "Seed of the weights, default ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this text.")
    @SuppressWarnings("unused") // picocli asks for it
    private boolean help;

    @Spec
    private CommandSpec spec;

    /** The command line: {@code --help} lists the options. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new CheckpointGenerator())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Layout.class, CheckpointGenerator::layout);
    }

    private static Layout layout(String id) {
        for (Layout layout : Layout.values()) {
            if (layout.id.equalsIgnoreCase(id)) {
                return layout;
            }
        }
        throw new CommandLine.TypeConversionException(
                "'" + id + "' is no layout; choose one of " + List.of(Layout.values()));
    }

    @Override
    public Integer call() throws IOException {
        TextShape text = layers == null ? model.text : model.text.withLayers(layers);
        Path folder = out.resolve(model.id);
        long start = System.nanoTime();
        long bytes = write(folder, model, text, VisionShape.CLIP_VIT_L_14_336, seed);
        spec.commandLine()
                .getOut()
                .printf(Locale.ROOT, "%s: %,d bytes in %.1f s%n", folder, bytes, (System.nanoTime() - start) / 1e9);
        spec.commandLine().getOut().flush();
        return 0;
    }

    /** Writes weights, index, configuration and tokenizer; gives the bytes of the weights. */
    static long write(Path folder, Layout layout, TextShape text, VisionShape vision, long seed) throws IOException {
        Files.createDirectories(folder);
        boolean palo = layout != Layout.PANGEA_7B_HF;
        CheckpointPlan plan = palo ? CheckpointPlan.palo(text, vision) : CheckpointPlan.pangeaHf(text, vision);
        List<List<CheckpointPlan.Entry>> shards = plan.shards(layout.shards);
        Map<String, Object> weightMap = new LinkedHashMap<>();
        WeightPool weights = new WeightPool(seed);
        for (int i = 0; i < shards.size(); i++) {
            String name = String.format(
                    Locale.ROOT,
                    palo ? "pytorch_model-%05d-of-%05d.bin" : "model-%05d-of-%05d.safetensors",
                    i + 1,
                    shards.size());
            if (palo) {
                PyTorchWriter.write(folder.resolve(name), shards.get(i), weights);
            } else {
                SafetensorsWriter.write(folder.resolve(name), shards.get(i), weights);
            }
            shards.get(i).forEach(entry -> weightMap.put(entry.name(), name));
        }
        long total =
                plan.entries().stream().mapToLong(CheckpointPlan.Entry::bytes).sum();
        Map<String, Object> index = new LinkedHashMap<>();
        index.put("metadata", Map.of("total_size", total));
        index.put("weight_map", weightMap);
        CheckpointTokenizer.json(
                folder.resolve(palo ? "pytorch_model.bin.index.json" : "model.safetensors.index.json"), index);
        CheckpointTokenizer.json(folder.resolve("config.json"), palo ? paloConfig(text) : pangeaConfig(text, vision));
        SyntheticVocabulary vocabulary =
                SyntheticVocabulary.of(text.vocabulary(), text.pieces(), text.vocabularyRows());
        if (palo) {
            CheckpointTokenizer.writeSentencePiece(folder, vocabulary);
        } else {
            CheckpointTokenizer.writeByteLevel(folder, vocabulary, text.pieces());
        }
        return total;
    }

    private static Map<String, Object> paloConfig(TextShape text) {
        Map<String, Object> config = decoderConfig(text);
        config.put("architectures", List.of("PaloForCausalLM"));
        config.put("model_type", "palo");
        config.put("torch_dtype", "float16");
        config.put("image_aspect_ratio", "pad");
        config.put("mm_projector_type", "mlp2x_gelu");
        config.put("mm_vision_select_feature", "patch");
        config.put("mm_vision_select_layer", -2);
        config.put("mm_vision_tower", "openai/clip-vit-large-patch14-336");
        config.put("mm_hidden_size", 1024);
        return config;
    }

    private static Map<String, Object> pangeaConfig(TextShape text, VisionShape vision) {
        int side = vision.imageSize();
        Map<String, Object> decoder = decoderConfig(text);
        decoder.put("model_type", "qwen2");
        decoder.put("rope_theta", text.ropeBase());
        Map<String, Object> tower = new LinkedHashMap<>();
        tower.put("model_type", "clip_vision_model");
        tower.put("hidden_size", vision.width());
        tower.put("image_size", side);
        tower.put("intermediate_size", vision.feedForward());
        tower.put("num_attention_heads", vision.heads());
        tower.put("num_hidden_layers", vision.layers() + 1);
        tower.put("patch_size", vision.patch());
        tower.put("projection_dim", 768);
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of("LlavaNextForConditionalGeneration"));
        config.put("model_type", "llava_next");
        config.put("torch_dtype", "bfloat16");
        config.put("image_token_index", text.pieces());
        // Height first: the port's order.
        config.put(
                "image_grid_pinpoints",
                List.of(
                        List.of(side, 2 * side),
                        List.of(2 * side, side),
                        List.of(2 * side, 2 * side),
                        List.of(3 * side, side),
                        List.of(side, 3 * side)));
        config.put("projector_hidden_act", "gelu");
        config.put("use_image_newline_parameter", true);
        config.put("vision_feature_layer", -2);
        config.put("vision_feature_select_strategy", "default");
        config.put("text_config", decoder);
        config.put("vision_config", tower);
        return config;
    }

    private static Map<String, Object> decoderConfig(TextShape text) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("hidden_act", "silu");
        config.put("hidden_size", text.width());
        config.put("intermediate_size", text.feedForward());
        config.put("max_position_embeddings", text.context());
        config.put("num_attention_heads", text.heads());
        config.put("num_hidden_layers", text.layers());
        config.put("num_key_value_heads", text.kvHeads());
        config.put("rms_norm_eps", text.normEpsilon());
        config.put("tie_word_embeddings", false);
        config.put("vocab_size", text.vocabularyRows());
        config.put("bos_token_id", 1);
        config.put("eos_token_id", 2);
        return config;
    }
}
