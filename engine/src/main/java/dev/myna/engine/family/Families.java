// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderFamily;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.family.gemma3.Gemma3Vision;
import dev.myna.engine.family.idefics3.Idefics3;
import dev.myna.engine.family.internvl.Cohere2Vision;
import dev.myna.engine.family.internvl.InternVl;
import dev.myna.engine.family.llava.Centurio;
import dev.myna.engine.family.llava.Maya;
import dev.myna.engine.family.llava.OneVision;
import dev.myna.engine.family.mobilepalo.MobilePalo;
import dev.myna.engine.family.mobilepalo.MobileVlmV2;
import dev.myna.engine.family.pangea.Pangea;
import dev.myna.engine.family.parrot.Parrot;
import dev.myna.engine.family.qwenvl.QwenVision;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.VisionFamily;
import dev.myna.loaders.gguf.FileKind;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import dev.myna.loaders.text.Text;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** The model families that Myna runs: the only list of them. */
public final class Families {
    /** The {@code general.architecture} of vision files. */
    public static final String VISION = "clip";

    private static final String ARCHITECTURE = "general.architecture";

    /** How files of Qwen2-VL made before May 2025 say which projector they have. */
    private static final String QWEN2_MERGER = "clip.has_qwen2vl_merger";

    private static final List<DecoderFamily> DECODERS = List.of(
            new Llama(),
            new Qwen2(),
            new Qwen2Vl(),
            new Qwen3(),
            new Qwen3Vl(),
            new Gemma2(),
            new Gemma3(),
            new CommandR(),
            new Cohere2(),
            new Granite(),
            new Phi3(),
            new SmolLm3(),
            new Mistral3());

    private static final List<VisionFamily> VISION_FILES = List.of(
            new Centurio(),
            new OneVision(),
            new Maya(),
            new Pangea(),
            new Palo(),
            new MobilePalo(),
            new MobileVlmV2(),
            new Parrot(),
            new Gemma3Vision(),
            new Idefics3(),
            new InternVl(),
            new Cohere2Vision(),
            QwenVision.qwen2(),
            QwenVision.qwen25(),
            QwenVision.qwen3());

    /** How older files say which projector they have. */
    private static final List<String> OTHER_PROJECTORS =
            List.of("clip.has_minicpmv_projector", "clip.has_glm_projector", "clip.has_audio_encoder");

    private Families() {}

    /** Whether a file is a decoder of one of these families. */
    public static boolean isDecoder(GgufMetadata metadata) {
        return decoder(metadata.string(ARCHITECTURE, "")) != null;
    }

    /** Whether a file is a vision file. */
    public static boolean isVision(GgufMetadata metadata) {
        return metadata.string(ARCHITECTURE, "").equals(VISION);
    }

    /**
     * Reads and checks the hyper-parameters of a decoder.
     *
     * @throws ModelException if the file's architecture is not one Myna runs, or the numbers contradict each other
     * @throws dev.myna.loaders.gguf.GgufException if a key is missing, has another type or is out of range
     */
    public static DecoderConfig decoderConfig(GgufFile file) {
        if (!isVision(file.metadata())) {
            FileKind.otherThanModel(file).ifPresent(kind -> {
                throw new ModelException(file.name() + ": " + kind);
            });
        }
        String architecture = file.metadata().string(ARCHITECTURE);
        if (architecture.equals(VISION)) {
            throw new ModelException(
                    file.name()
                            + ": this is a vision file (general.architecture = clip); pass it with --mmproj and the text model with -m");
        }
        requireApart(file, architecture);
        DecoderFamily family = decoder(architecture);
        if (family == null) {
            throw new ModelException(file.name() + ": general.architecture = " + Text.line(architecture, Text.SHOWN)
                    + " is not supported; Myna runs " + architectures());
        }
        return family.config(file);
    }

    /** @throws ModelException if a Qwen decoder and its tower are one file, as Ollama's own are */
    private static void requireApart(GgufFile file, String architecture) {
        String key = architecture + ".vision.block_count";
        if (architecture.startsWith("qwen") && file.metadata().has(key)) {
            throw new ModelException(file.name() + ": " + Text.line(key, Text.SHOWN)
                    + ": this is a file of Ollama's that holds decoder and vision tower in one; Myna needs two files, a text"
                    + " model and an mmproj, as llama.cpp's converter writes them");
        }
    }

    /** The architectures that Myna runs, for messages. */
    public static String architectures() {
        StringBuilder names = new StringBuilder();
        for (DecoderFamily family : DECODERS) {
            names.append(family.architecture()).append(", ");
        }
        return names.append("and ").append(VISION).append(" as a vision file").toString();
    }

    private static DecoderFamily decoder(String architecture) {
        for (DecoderFamily family : DECODERS) {
            if (family.architecture().equals(architecture)) {
                return family;
            }
        }
        return null;
    }

    /**
     * Reads and checks the hyper-parameters of a vision file.
     *
     * @throws ModelException if the file is no vision file Myna runs, or the numbers contradict each other
     * @throws dev.myna.loaders.gguf.GgufException if a key is missing, has another type or is out of range
     */
    public static VisionConfig visionConfig(GgufFile file) {
        GgufMetadata metadata = file.metadata();
        if (!isVision(metadata)) {
            throw new ModelException(file.name() + ": general.architecture = "
                    + Text.line(metadata.string(ARCHITECTURE, "missing"), Text.SHOWN)
                    + " is no vision file; --mmproj expects one with general.architecture = clip, and -m a text model");
        }
        FileKind.otherThanModel(file).ifPresent(kind -> {
            throw new ModelException(file.name() + ": " + kind);
        });
        for (String key : OTHER_PROJECTORS) {
            if (metadata.bool(key, false)) {
                throw new ModelException(file.name() + ": " + key
                        + " = true: this projector is not supported; Myna knows " + projectors());
            }
        }
        if (metadata.bool(QWEN2_MERGER, false) && !projectorType(metadata).endsWith("vl_merger")) {
            throw new ModelException(file.name() + ": " + QWEN2_MERGER + " = true contradicts clip.projector_type = "
                    + Text.line(projectorType(metadata), Text.SHOWN));
        }
        if (!metadata.bool("clip.has_vision_encoder", true)) {
            throw new ModelException(file.name() + ": clip.has_vision_encoder = false; this file has no vision tower");
        }
        VisionFamily family = vision(file);
        if (family == null) {
            throw new ModelException(file.name() + ": clip.projector_type = "
                    + Text.line(projectorType(metadata), Text.SHOWN) + " is not supported; Myna knows " + projectors());
        }
        return family.config(file);
    }

    /**
     * Elements of the rows that a file's projector makes, which must be the decoder's width.
     *
     * @return empty if the file is no vision file, or has no projector that Myna knows
     */
    public static OptionalInt projectorWidth(GgufFile file) {
        VisionFamily family = vision(file);
        OptionalLong width = family == null ? OptionalLong.empty() : family.rowWidth(file);
        return width.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of((int) Math.min(Integer.MAX_VALUE, width.getAsLong()));
    }

    private static String projectorType(GgufMetadata metadata) {
        String unsaid = metadata.bool(QWEN2_MERGER, false) ? "qwen2vl_merger" : "mlp";
        return metadata.string("clip.projector_type", metadata.string("clip.vision.projector_type", unsaid));
    }

    private static VisionFamily vision(GgufFile file) {
        String type = projectorType(file.metadata());
        for (VisionFamily family : VISION_FILES) {
            if (family.projectorType().equals(type) && family.owns(file)) {
                return family;
            }
        }
        return null;
    }

    /** The projectors of all families, for messages. */
    private static String projectors() {
        Set<String> types = new LinkedHashSet<>();
        for (VisionFamily family : VISION_FILES) {
            types.add(family.projectorType());
        }
        return String.join(", ", types);
    }
}
