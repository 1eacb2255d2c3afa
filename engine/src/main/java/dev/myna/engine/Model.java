// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.decoder.Decoder;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderWeights;
import dev.myna.engine.decoder.Placement;
import dev.myna.engine.grammar.TokenTrie;
import dev.myna.engine.text.PromptFormat;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Tokenizers;
import dev.myna.engine.vision.VisionEncoder;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.DeviceException;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.RgbImage;
import dev.myna.loaders.text.Text;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A loaded model: mapped weights and tokenizer. Immutable, thread-safe, shared by any number of sessions. */
public final class Model implements AutoCloseable {
    private final GgufFile decoderFile;
    private final GgufFile visionFile;
    private final OpenedDevices devices;
    private final Optional<String> fallback;
    private final Decoder decoder;
    private final Tokenizer tokenizer;
    private final VisionEncoder vision;
    private final PromptFormat promptFormat;
    private final List<ModelWarning> warnings;

    /** Held for reading while a pass uses the weights, for writing to unmap them. */
    private final ReentrantReadWriteLock inUse = new ReentrantReadWriteLock();

    private boolean closed;

    /** Made when the first grammar needs it. */
    private TokenTrie tokenTrie;

    private Model(
            GgufFile decoderFile,
            GgufFile visionFile,
            OpenedDevices devices,
            boolean ignoreUnused,
            Optional<String> fallback) {
        this.decoderFile = decoderFile;
        this.visionFile = visionFile;
        this.devices = devices;
        this.fallback = fallback;
        DecoderConfig config = DecoderConfig.read(decoderFile);
        this.tokenizer = Tokenizers.load(decoderFile);
        Placement placement = devices.placement(config.layers());
        DecoderWeights weights = DecoderWeights.load(decoderFile, config, placement);
        weights.requireTokens(decoderFile, tokenizer.size());
        this.decoder = new Decoder(config, weights, placement);
        this.vision = visionFile == null ? null : new VisionEncoder(visionFile, devices.main());
        if (vision != null && vision.width() != config.width()) {
            throw new ModelException(visionFile.name() + ": its projector makes rows of " + vision.width() + " but "
                    + decoderFile.name() + " needs " + config.width() + ": the two files do not belong together");
        }
        this.promptFormat = PromptFormat.of(tokenizer, decoderFile.metadata().string("tokenizer.chat_template", ""));
        List<ModelWarning> found = new ArrayList<>(Unused.decoder(decoderFile, config, tokenizer, promptFormat));
        Unused.refuse(decoderFile, found, ignoreUnused);
        if (vision != null) {
            List<ModelWarning> ofVision = Unused.vision(visionFile, vision.config());
            Unused.refuse(visionFile, ofVision, ignoreUnused);
            found.addAll(ofVision);
        }
        this.warnings = List.copyOf(found);
    }

    /**
     * Maps a decoder GGUF and, for pictures, its mmproj GGUF.
     *
     * @param mmproj null for text only
     * @throws dev.myna.loaders.gguf.GgufException if a file is malformed
     * @throws ModelException if the files are not a model Myna can run, or say what Myna does not compute
     * @throws DeviceException if the options insist on a device that cannot run it
     */
    public static Model load(Path decoder, Path mmproj, ModelOptions options) {
        GgufFile decoderFile = GgufFile.open(decoder);
        GgufFile visionFile;
        try {
            visionFile = mmproj == null ? null : GgufFile.open(mmproj);
        } catch (RuntimeException | Error e) {
            decoderFile.close();
            throw e;
        }
        return load(decoderFile, visionFile, options);
    }

    /**
     * As {@link #load(Path, Path, ModelOptions)} with opened files, which the model closes when it is closed (also when
     * loading fails).
     *
     * @param mmproj null for text only
     */
    public static Model load(GgufFile decoder, GgufFile mmproj, ModelOptions options) {
        try {
            return options.device().onOpenCl()
                    ? loadOpenCl(decoder, mmproj, options)
                    : open(decoder, mmproj, OpenedDevices.cpu(options), options, Optional.empty());
        } catch (RuntimeException | Error e) {
            decoder.close();
            if (mmproj != null) {
                mmproj.close();
            }
            throw e;
        }
    }

    private static Model loadOpenCl(GgufFile decoder, GgufFile mmproj, ModelOptions options) {
        try {
            Model model = open(decoder, mmproj, OpenedDevices.openCl(options), options, Optional.empty());
            if (options.session() != null) {
                model.tryRoomFor(options.session());
            }
            return model;
        } catch (DeviceException e) {
            if (options.device().required()) {
                throw e;
            }
            String hint = e.fault() == DeviceException.Fault.MEMORY ? "; fewer layers there (-ngl) may fit" : "";
            return open(
                    decoder,
                    mmproj,
                    OpenedDevices.cpu(options),
                    options,
                    Optional.of(e.getMessage() + hint + "; computing on the CPU"));
        }
    }

    /** Opens a session and closes it. Where that fails, gives back what the device holds; the files stay open. */
    private void tryRoomFor(SessionOptions options) {
        try {
            newSession(options).close();
        } catch (RuntimeException | Error e) {
            devices.close();
            throw e;
        }
    }

    private static Model open(
            GgufFile decoder, GgufFile mmproj, OpenedDevices devices, ModelOptions options, Optional<String> fallback) {
        try {
            return new Model(decoder, mmproj, devices, options.ignoreUnused(), fallback);
        } catch (RuntimeException | Error e) {
            devices.close();
            throw e;
        }
    }

    /**
     * Opens a conversation.
     *
     * @throws RequestException if the options ask for more context than the model was trained for, or an unknown format
     */
    public Session newSession(SessionOptions options) {
        enter();
        try {
            return new Session(this, options);
        } finally {
            exit();
        }
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** What the files say and Myna does not follow; with {@link ModelOptions#ignoreUnused}, also what changes results. */
    public List<ModelWarning> warnings() {
        return warnings;
    }

    /** What was loaded, for people. */
    public Info info() {
        DecoderConfig config = decoder.config();
        String family = config.architecture() + " decoder, " + config.layers() + " layers of " + config.width();
        if (vision != null) {
            family += "; " + vision.config().projector().name().toLowerCase(java.util.Locale.ROOT)
                    + " projector; CLIP ViT, " + vision.config().layers() + " layers of "
                    + vision.config().width();
        }
        return new Info(
                decoderFile.metadata().has("general.name")
                        ? Text.line(decoderFile.metadata().string("general.name"), Text.SHOWN)
                        : decoderFile.name(),
                family,
                config.contextLength(),
                decoderFile.size() + (visionFile == null ? 0 : visionFile.size()),
                promptFormat.label(),
                vision != null,
                vision == null ? Optional.empty() : vision.fixedRows(),
                devices.description(config.layers()),
                fallback);
    }

    /**
     * Bytes of its own memory that the device holds now: weights, caches and scratch memory of open sessions. 0 for the CPU, which
     * computes with the mapped files.
     */
    public long deviceMemory() {
        return devices.main().memoryInUse();
    }

    /**
     * A picture as the decoder sees it: preprocessing, tower and projector. Sessions do this by themselves. Where text guides a
     * mixture of experts (Parrot), these are the rows before it.
     *
     * @return rows of the decoder's width, one after the other
     * @throws RequestException if the model was loaded without a vision file
     */
    public float[] encode(RgbImage image, ImageMode mode) {
        VisionEncoder encoder = vision();
        enter();
        try {
            return encoder.encode(image, mode);
        } finally {
            exit();
        }
    }

    /**
     * What becomes of a picture of this size where it is cut into tiles, and empty where every picture is made square.
     *
     * @throws RequestException if the model was loaded without a vision file
     */
    public Optional<PicturePlan> plan(int imageWidth, int imageHeight, ImageMode mode) {
        return vision().tiles(imageWidth, imageHeight, mode).map(PicturePlan::of);
    }

    /** Rows of the embedding table, dequantized: [ids, width]. */
    float[] embeddings(int[] ids) {
        int width = decoder.config().width();
        float[] rows = new float[Math.multiplyExact(ids.length, width)];
        try (Arena scope = Arena.ofShared()) {
            Buffer buffer = decoder.front().allocate(scope, ids.length, width);
            decoder.embed(ids, 0, buffer, ids.length);
            decoder.front().read(buffer, rows, 0, ids.length);
        }
        return rows;
    }

    /** The bytes of all tokens, for grammars. */
    synchronized TokenTrie tokenTrie() {
        if (tokenTrie == null) {
            tokenTrie = new TokenTrie(tokenizer);
        }
        return tokenTrie;
    }

    Decoder decoder() {
        return decoder;
    }

    /** @throws RequestException without an mmproj file */
    VisionEncoder vision() {
        if (vision == null) {
            throw new RequestException(
                    "this model was loaded without a vision file, so it cannot see pictures; pass its mmproj GGUF");
        }
        return vision;
    }

    PromptFormat promptFormat() {
        return promptFormat;
    }

    /** Marks the weights as in use; every call is paired with {@link #exit}. */
    void enter() {
        inUse.readLock().lock();
        if (closed) {
            inUse.readLock().unlock();
            throw new IllegalStateException("the model is closed");
        }
    }

    void exit() {
        inUse.readLock().unlock();
    }

    /**
     * Closes files and threads, waiting for a pass that is running. Sessions still open fail with
     * {@link IllegalStateException} afterwards. Idempotent.
     */
    @Override
    public void close() {
        inUse.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            devices.close();
            decoderFile.close();
            if (visionFile != null) {
                visionFile.close();
            }
        } finally {
            inUse.writeLock().unlock();
        }
    }

    /**
     * @param name {@code general.name}, or the file name
     * @param family decoder, projector and tower in words
     * @param contextLength positions the model was trained for
     * @param weightBytes mapped bytes of both files
     * @param promptFormat the format sessions use unless told otherwise
     * @param seesPictures whether it was loaded with a vision file
     * @param imageTokens rows one picture takes in the prompt; empty without vision, or where it depends on the picture
     * @param device the device's description, and what is computed elsewhere
     * @param fallback why it is not the device that was asked for, in one line; empty if it is
     */
    public record Info(
            String name,
            String family,
            int contextLength,
            long weightBytes,
            String promptFormat,
            boolean seesPictures,
            Optional<Integer> imageTokens,
            String device,
            Optional<String> fallback) {}
}
