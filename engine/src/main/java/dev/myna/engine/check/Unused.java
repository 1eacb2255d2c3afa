// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.check;

import dev.myna.engine.FileSampling;
import dev.myna.engine.ModelWarning;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.prompt.FileFormat;
import dev.myna.engine.text.BpeTokenizer;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import dev.myna.loaders.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a file says and nobody asked for while the model was loaded. Keys whose value is neutral (no window, a factor of 1) say nothing;
 * what remains either changes results, or is only named.
 */
public final class Unused {
    private static final int SHOWN = 4;
    private static final String TOKENIZER = "tokenizer.ggml.";
    private static final String PRE = TOKENIZER + "pre";

    /** Keys of a decoder, below its architecture, that only describe. */
    private static final Set<String> DESCRIBING = Set.of(
            "vocab_size",
            "tensor_data_layout",
            "rope.scaling.original_context_length",
            "rope.scaling.finetuned",
            "attention.layer_norm_epsilon",
            "expert_used_count",
            "expert_count",
            "leading_dense_block_count",
            "attention.sliding_window_pattern");

    /** Beginnings of keys of a decoder that change what is computed, unless their value is neutral. */
    private static final List<String> COMPUTED = List.of(
            "attention.",
            "attn_logit_softcapping",
            "final_logit_softcapping",
            "router_logit_softcapping",
            "embedding_scale",
            "residual_scale",
            "logit_scale",
            "use_parallel_residual",
            "swin_norm",
            "expert",
            "ssm.",
            "wkv",
            "feed_forward_length_");

    /** Beginnings of keys of a vision file that change what is computed, unless their value is neutral. */
    private static final List<String> COMPUTED_VISION = List.of(
            "clip.vision.spatial_merge_size",
            "clip.vision.window",
            "clip.vision.n_wa_pattern",
            "clip.vision.wa_",
            "clip.vision.projector.",
            "clip.vision.preproc",
            "clip.vision.is_deepstack",
            "clip.vision.rope",
            "clip.vision.attention.",
            "clip.vision.image_m",
            "clip.vision.mm_patch_merge_type",
            "clip.projector.",
            "clip.moe.");

    private static final Set<String> DESCRIBING_VISION = Set.of(
            "clip.has_text_encoder",
            "clip.has_vision_encoder",
            "clip.has_llava_projector",
            "clip.use_gelu",
            "clip.use_silu",
            "clip.projector_type",
            "clip.vision.projector_type",
            "clip.vision.projection_dim",
            "clip.vision.image_crop_resolution",
            "clip.vision.mm_hidden_size",
            "clip.vision.mm_projector_type",
            "clip.vision.block_count");

    /** Keys of a tokenizer that say nothing about text: other ids, and what the other kind of tokenizer reads. */
    private static final Set<String> DESCRIBING_TOKENIZER = Set.of(
            "pre",
            "scores",
            "merges",
            "add_space_prefix",
            "unknown_token_id",
            "padding_token_id",
            "seperator_token_id",
            "separator_token_id",
            "mask_token_id",
            "cls_token_id",
            "prefix_token_id",
            "suffix_token_id",
            "middle_token_id",
            "token_type_count",
            "escape_whitespaces");

    private final GgufFile file;
    private final GgufMetadata metadata;
    private final List<ModelWarning> warnings = new ArrayList<>();

    private Unused(GgufFile file) {
        this.file = file;
        this.metadata = file.metadata();
    }

    /** What a decoder's file says in vain; to be asked after everything was loaded. */
    public static List<ModelWarning> decoder(
            GgufFile file, DecoderConfig config, Tokenizer tokenizer, FileFormat format) {
        Unused unused = new Unused(file);
        String block = "blk.";
        unused.tensors(
                name -> layer(name, block) < config.layers() || name.equals("output.bias"),
                name -> name.endsWith("attn_rot_embd.weight") || name.endsWith("attn.masked_bias"));
        unused.keys(config);
        unused.tokenizer(tokenizer);
        unused.template(format);
        unused.add(
                ModelWarning.Kind.SAMPLING,
                "sampling keys that Myna does not follow: ",
                FileSampling.of(unused.metadata).ignored(),
                false);
        return List.copyOf(unused.warnings);
    }

    /** What a vision file says in vain; to be asked after everything was loaded. */
    public static List<ModelWarning> vision(GgufFile file, VisionConfig config) {
        Unused unused = new Unused(file);
        unused.tensors(
                name -> !name.startsWith("a.") && !name.startsWith("t."),
                name -> name.startsWith("v.post_ln.")
                        || layer(name, "v.blk.") >= config.layers() && name.startsWith("v.blk.")
                        || config.family().isNeutral(name, unused.metadata));
        unused.visionKeys(config);
        return List.copyOf(unused.warnings);
    }

    /**
     * Refuses a file that would be computed otherwise than it says.
     *
     * @throws ModelException unless such things are to be ignored
     */
    public static void refuse(GgufFile file, List<ModelWarning> warnings, boolean ignore) {
        List<String> refused = warnings.stream()
                .filter(ModelWarning::changesResults)
                .map(ModelWarning::message)
                .toList();
        if (!ignore && !refused.isEmpty()) {
            throw new ModelException(file.name() + ": Myna would not compute what this file says: "
                    + String.join("; ", refused) + "; run it all the same with --ignore-unused");
        }
    }

    /** Number of a block's tensor; a number above all layers if it is none of these. */
    private static int layer(String name, String block) {
        int dot = name.indexOf('.', block.length());
        if (!name.startsWith(block) || dot < 0) {
            return Integer.MAX_VALUE;
        }
        try {
            int layer = Integer.parseInt(name.substring(block.length(), dot));
            return layer < 0 ? Integer.MAX_VALUE : layer;
        } catch (NumberFormatException e) {
            return Integer.MAX_VALUE;
        }
    }

    private void tensors(Predicate<String> used, Predicate<String> harmless) {
        List<String> applied = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (String name : file.unusedTensors()) {
            if (!harmless.test(name)) {
                (used.test(name) ? applied : others).add(name);
            }
        }
        add(ModelWarning.Kind.TENSORS, "tensors that Myna does not apply: ", applied, true);
        add(ModelWarning.Kind.TENSORS, "unused tensors: ", others, false);
    }

    private void keys(DecoderConfig config) {
        String prefix = config.architecture() + ".";
        List<String> rope = new ArrayList<>();
        List<String> yarn = new ArrayList<>();
        boolean yarns = metadata.string(prefix + "rope.scaling.type", "none").equals("yarn");
        List<String> computed = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (String key : file.unreadKeys()) {
            if (!key.startsWith(prefix)) {
                continue;
            }
            String name = key.substring(prefix.length());
            if (DESCRIBING.contains(name) || neutral(key, name, config)) {
                continue;
            }
            if (name.startsWith("rope.scaling.yarn_") && !yarns) {
                yarn.add(stated(key));
            } else if (name.startsWith("rope.")) {
                rope.add(stated(key));
            } else if (COMPUTED.stream().anyMatch(name::startsWith)) {
                computed.add(stated(key));
            } else {
                others.add(stated(key));
            }
        }
        add(ModelWarning.Kind.ROPE, "unknown rope keys: ", rope, true);
        add(ModelWarning.Kind.ROPE, "rope keys of a scaling that is switched off: ", yarn, false);
        add(ModelWarning.Kind.ARCHITECTURE, "keys that Myna does not obey: ", computed, true);
        add(ModelWarning.Kind.KEYS, "unknown keys: ", others, false);
    }

    /** Whether a key says what holds without it. */
    private boolean neutral(String key, String name, DecoderConfig config) {
        double value = number(key);
        return switch (name) {
            case "attention.causal", "rope.scaling.yarn_ext_factor" -> value == 1;
            case "attention.sliding_window" -> value == 0 || value >= config.contextLength();
            case "attention.scale" -> value == 0 || Math.abs(value * Math.sqrt(config.headDim()) - 1) < 1e-4;
            case "embedding_scale",
                    "residual_scale",
                    "logit_scale",
                    "attention.temperature_scale",
                    "rope.scaling.attn_factor",
                    "rope.scaling.yarn_attn_factor" -> value == 0 || value == 1;
            default -> value == 0;
        };
    }

    private void visionKeys(VisionConfig config) {
        List<String> computed = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (String key : file.unreadKeys()) {
            boolean silent = !key.startsWith("clip.")
                    || DESCRIBING_VISION.contains(key)
                    || config.family().isNeutral(key, metadata)
                    || key.startsWith("clip.text.")
                    || key.startsWith("clip.audio.");
            if (silent) {
                continue;
            }
            double value = number(key);
            boolean factor = key.endsWith("spatial_merge_size") || key.endsWith("scale_factor");
            if (value == 0 || factor && value == 1) {
                continue;
            }
            (COMPUTED_VISION.stream().anyMatch(key::startsWith) ? computed : others).add(stated(key));
        }
        add(ModelWarning.Kind.ARCHITECTURE, "keys that Myna does not obey: ", computed, true);
        add(ModelWarning.Kind.KEYS, "unknown keys: ", others, false);
    }

    private void tokenizer(Tokenizer tokenizer) {
        if (tokenizer instanceof BpeTokenizer bpe
                && (!metadata.has(PRE) || metadata.string(PRE).equals("default"))) {
            warnings.add(new ModelWarning(
                    ModelWarning.Kind.TOKENIZER,
                    PRE + " is " + (metadata.has(PRE) ? "\"default\"" : "missing") + "; text is split as "
                            + bpe.splitting() + " does"
                            + (bpe.recognized() ? ", whose tokens these are" : "; that is a guess"),
                    false));
        }
        List<String> keys = new ArrayList<>();
        for (String key : file.unreadKeys()) {
            if (!key.startsWith(TOKENIZER)) {
                continue;
            }
            String name = key.substring(TOKENIZER.length());
            if (!DESCRIBING_TOKENIZER.contains(name) && !name.startsWith("fim_") && number(key) != 0) {
                keys.add(stated(key));
            }
        }
        add(ModelWarning.Kind.TOKENIZER, "tokenizer keys that Myna does not obey: ", keys, false);
    }

    private void template(FileFormat format) {
        if (format.fault() != null) {
            warnings.add(new ModelWarning(ModelWarning.Kind.TEMPLATE, format.fault(), false));
        }
    }

    /** The value as a number, with 1 and 0 for true and false; NaN for anything else. */
    private double number(String key) {
        String value = metadata.describe(key);
        return switch (value) {
            case "true" -> 1;
            case "false", "\"\"" -> 0;
            default -> value.startsWith("[") || value.startsWith("\"") ? Double.NaN : Double.parseDouble(value);
        };
    }

    private String stated(String key) {
        return Text.line(key, Text.SHOWN) + " = " + Text.line(metadata.describe(key), Text.SHOWN);
    }

    private void add(ModelWarning.Kind kind, String what, List<String> names, boolean changesResults) {
        if (names.isEmpty()) {
            return;
        }
        List<String> shown = names.subList(0, Math.min(SHOWN, names.size())).stream()
                .map(name -> Text.line(name, 2 * Text.SHOWN))
                .toList();
        int more = names.size() - shown.size();
        warnings.add(new ModelWarning(
                kind, what + String.join(", ", shown) + (more > 0 ? " and " + more + " more" : ""), changesResults));
    }
}
