// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.ModelException;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderFamily;
import dev.myna.loaders.gguf.FileKind;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import dev.myna.loaders.text.Text;
import java.util.List;

/** The model families that Myna runs: the only list of them. */
public final class Families {
    /** The {@code general.architecture} of vision files. */
    public static final String VISION = "clip";

    private static final String ARCHITECTURE = "general.architecture";

    private static final List<DecoderFamily> DECODERS = List.of(new Llama(), new Qwen2());

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
        DecoderFamily family = decoder(architecture);
        if (family == null) {
            throw new ModelException(file.name() + ": general.architecture = " + Text.line(architecture, Text.SHOWN)
                    + " is not supported; Myna runs " + architectures());
        }
        return family.config(file);
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
}
