// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.decoder.Decoder;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderWeights;
import dev.myna.engine.decoder.Placement;
import dev.myna.engine.events.FlightEvents;
import dev.myna.engine.events.Span;
import dev.myna.engine.family.Families;
import dev.myna.engine.grammar.TokenTrie;
import dev.myna.engine.prompt.FileFormat;
import dev.myna.engine.prompt.SpecialTokenTexts;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Tokenizers;
import dev.myna.engine.vision.VisionEncoder;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.DeviceException;
import dev.myna.kernels.Usage;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.RgbImage;
import dev.myna.loaders.text.Text;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/**
 * A loaded model: mapped weights and tokenizer. Immutable, thread-safe, shared by any number of sessions and schedulers.
 *
 * <p>{@link #close} may be called by any thread at any time. It takes effect within one step (a layer of the decoder or of the vision
 * tower): passes of sessions and schedulers end with an {@link IllegalStateException}, and so does everything that is asked for
 * later. Files and threads are given back when no pass uses them any more, which {@code close} waits for. Memory of sessions and
 * schedulers is theirs: close them too, in any order.
 */
public final class Model implements AutoCloseable {
    private final GgufFile decoderFile;
    private final GgufFile visionFile;
    private final OpenedDevices devices;
    private final Optional<String> fallback;
    private final Decoder decoder;
    private final Tokenizer tokenizer;
    private final VisionEncoder vision;
    private final FileFormat fileFormat;
    private final List<ModelWarning> warnings;

    private final Info info;

    /** The passes that compute with the weights. */
    private final Usage usage = new Usage("the model", this::free);

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
        DecoderConfig config = Families.decoderConfig(decoderFile);
        this.tokenizer = Tokenizers.load(decoderFile);
        Placement placement = devices.placement(config.layers());
        DecoderWeights weights = DecoderWeights.load(decoderFile, config, placement);
        weights.requireTokens(decoderFile, tokenizer.size());
        this.decoder = new Decoder(config, weights, placement);
        this.vision = visionFile == null
                ? null
                : new VisionEncoder(visionFile, Families.visionConfig(visionFile), devices.main());
        if (vision != null && vision.width() != config.width()) {
            throw new ModelException(visionFile.name() + ": its projector makes rows of " + vision.width() + " but "
                    + decoderFile.name() + " needs " + config.width() + ": the two files do not belong together");
        }
        this.fileFormat = FileFormat.of(tokenizer, decoderFile.metadata());
        List<ModelWarning> found = new ArrayList<>(Unused.decoder(decoderFile, config, tokenizer, fileFormat));
        Unused.refuse(decoderFile, found, ignoreUnused);
        if (vision != null) {
            List<ModelWarning> ofVision = Unused.vision(visionFile, vision.config());
            Unused.refuse(visionFile, ofVision, ignoreUnused);
            found.addAll(ofVision);
        }
        this.warnings = List.copyOf(found);
        this.info = describe();
    }

    /**
     * Maps a decoder GGUF and the mmproj GGUF that belongs to it: vision tower and projector.
     *
     * @throws dev.myna.loaders.gguf.GgufException if a file is malformed
     * @throws ModelException if the files are not a model Myna can run, say what Myna does not compute, or a page of them has gone
     *     meanwhile
     * @throws DeviceException if the options insist on a device that cannot run it
     */
    public static Model load(Path decoder, Path mmproj, ModelOptions options) {
        GgufFile decoderFile = GgufFile.open(decoder);
        GgufFile visionFile;
        try {
            visionFile = GgufFile.open(mmproj);
        } catch (RuntimeException | Error e) {
            decoderFile.close();
            throw e;
        }
        return load(decoderFile, visionFile, options);
    }

    /** As {@link #load(Path, Path, ModelOptions)} without images: prompts with images are refused. */
    public static Model loadTextOnly(Path decoder, ModelOptions options) {
        return loadTextOnly(GgufFile.open(decoder), options);
    }

    /**
     * As {@link #load(Path, Path, ModelOptions)} with opened files, which the model closes when it is closed (also when
     * loading fails).
     */
    public static Model load(GgufFile decoder, GgufFile mmproj, ModelOptions options) {
        return loadFiles(decoder, Objects.requireNonNull(mmproj), options);
    }

    /**
     * As {@link #loadTextOnly(Path, ModelOptions)} with an opened file, which the model closes when it is closed (also when
     * loading fails).
     */
    public static Model loadTextOnly(GgufFile decoder, ModelOptions options) {
        return loadFiles(decoder, null, options);
    }

    /** @param mmproj null for text only */
    private static Model loadFiles(GgufFile decoder, GgufFile mmproj, ModelOptions options) {
        Span span = FlightEvents.modelLoad(decoder.name());
        hold(decoder, mmproj);
        try {
            Model model = options.placement().onOpenCl()
                    ? loadOpenCl(decoder, mmproj, options)
                    : open(decoder, mmproj, OpenedDevices.cpu(options), options, Optional.empty());
            span.finish(model.info().weightBytes());
            return model;
        } catch (InternalError e) {
            release(decoder, mmproj);
            throw new ModelException(decoder.name() + ": a file of the model changed or failed while it was read", e);
        } catch (RuntimeException | Error e) {
            release(decoder, mmproj);
            throw e;
        }
    }

    /** Whoever else closes the files meanwhile: they stay mapped until {@link #release}. */
    private static void hold(GgufFile decoder, GgufFile mmproj) {
        try {
            decoder.hold();
        } catch (IllegalStateException e) {
            if (mmproj != null) {
                mmproj.close();
            }
            throw e;
        }
        try {
            if (mmproj != null) {
                mmproj.hold();
            }
        } catch (IllegalStateException e) {
            release(decoder, null);
            throw e;
        }
    }

    private static void release(GgufFile decoder, GgufFile mmproj) {
        decoder.close();
        decoder.release();
        if (mmproj != null) {
            mmproj.close();
            mmproj.release();
        }
    }

    private static Model loadOpenCl(GgufFile decoder, GgufFile mmproj, ModelOptions options) {
        try {
            Model model = open(decoder, mmproj, OpenedDevices.openCl(options), options, Optional.empty());
            if (options.roomFor().isPresent()) {
                model.tryRoomFor(options.roomFor().get());
            }
            return model;
        } catch (DeviceException e) {
            if (options.placement().openClDevice().isPresent()) {
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
            newSession(options).close(); // a device's memory is taken at once
        } catch (RuntimeException | Error e) {
            devices.close();
            throw e;
        }
    }

    /** Loads onto devices that are given back if it fails; the files stay open then. */
    static Model open(
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
     * @throws IllegalStateException if the model is closed
     * @throws dev.myna.loaders.gguf.GgufException if a file became shorter since it was opened
     */
    public Session newSession(SessionOptions options) {
        enter();
        try {
            requireWholeFiles();
            return new Session(this, options);
        } finally {
            exit();
        }
    }

    /**
     * Opens a sequence of token ids, below conversations. Of the options it needs context size and cache types only.
     *
     * @throws RequestException if the options ask for more context than the model was trained for
     * @throws IllegalStateException if the model is closed
     * @throws dev.myna.loaders.gguf.GgufException if a file became shorter since it was opened
     */
    public TokenSequence newTokenSequence(SessionOptions options) {
        enter();
        try {
            requireWholeFiles();
            return new TokenSequence(Frame.plain(this, options));
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

    /** How the file wants answers to be sampled; greedy where it says nothing. */
    public FileSampling sampling() {
        return FileSampling.of(decoderFile.metadata());
    }

    /**
     * Names of the session's variables for the chat template that make no difference: the template does not know them, or there is none.
     *
     * @throws RequestException if the options name a format that cannot be used
     * @throws ModelException if they name none and the file's chat template cannot be used
     */
    public List<String> unreadArguments(SessionOptions options) {
        return options.templateArguments().isEmpty()
                ? List.of()
                : Frame.of(this, options).unread(options.templateArguments());
    }

    /** What was loaded, for people. */
    public Info info() {
        return info;
    }

    private Info describe() {
        DecoderConfig config = decoder.config();
        String family = config.architecture() + " decoder, " + config.layers() + " layers of " + config.width();
        if (vision != null) {
            family += "; " + vision.config().family().projectorType()
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
                fileFormat.label(),
                vision != null,
                vision == null ? Optional.empty() : vision.fixedRows(),
                devices.description(config.layers()),
                devices.kernels(),
                slower());
    }

    /** Why it is another device than was asked for, and why that has slower kernels than it might. */
    private Optional<String> slower() {
        Optional<String> kernels = devices.fallback();
        if (fallback.isEmpty() || kernels.isEmpty()) {
            return fallback.or(() -> kernels);
        }
        return Optional.of(fallback.get() + "; " + kernels.get());
    }

    /**
     * Bytes of its own memory that the device holds now: weights, caches and scratch memory of open sessions. 0 for the CPU, which
     * computes with the mapped files.
     */
    public long deviceMemory() {
        return devices.main().memoryInUse();
    }

    /**
     * An image as the decoder sees it: preprocessing, tower and projector. Sessions do this by themselves. Where text guides a
     * mixture of experts (Parrot), these are the rows before it.
     *
     * @return rows of the decoder's width, one after the other
     * @throws RequestException if the model was loaded without a vision file
     * @throws IllegalStateException if the model is closed, also meanwhile
     * @throws CancellationException if the thread is interrupted; it stays so
     * @throws GenerationException if there is too little memory
     */
    public float[] encode(RgbImage image, ImageMode mode) {
        VisionEncoder encoder = vision();
        enter();
        try {
            requireWholeFiles();
            return encoder.encode(image, mode, this::requireWanted);
        } catch (OutOfMemoryError | InternalError e) {
            throw Failures.rethrow(e);
        } finally {
            exit();
        }
    }

    /** Asked between the steps of work that belongs to the calling thread alone. */
    private void requireWanted() {
        requireOpen();
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("the thread was interrupted");
        }
    }

    /**
     * What becomes of an image of this size where it is cut into tiles, and empty where every image is made square.
     *
     * @throws RequestException if the model was loaded without a vision file
     */
    public Optional<ImagePlan> plan(int imageWidth, int imageHeight, ImageMode mode) {
        return vision().layout(imageWidth, imageHeight, mode).plan();
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
                    "this model was loaded without a vision file, so it cannot see images; pass its mmproj GGUF");
        }
        return vision;
    }

    FileFormat fileFormat() {
        return fileFormat;
    }

    /** Special tokens by the names that chat templates know. */
    Map<String, String> specialTokens() {
        return SpecialTokenTexts.of(tokenizer, decoderFile.metadata());
    }

    /**
     * Marks the weights as in use; every call is paired with {@link #exit}.
     *
     * @throws IllegalStateException if the model is closed
     */
    void enter() {
        usage.enter();
    }

    void exit() {
        usage.exit();
    }

    /** @throws IllegalStateException if the model is closed; asked between the steps of a pass */
    void requireOpen() {
        usage.requireOpen();
    }

    /**
     * Asked before new work: touching what a mapped file has lost would end the process.
     *
     * @throws dev.myna.loaders.gguf.GgufException if a file became shorter since it was opened
     */
    void requireWholeFiles() {
        decoderFile.requireWhole();
        if (visionFile != null) {
            visionFile.requireWhole();
        }
    }

    /**
     * Ends what computes with the weights, within one step, and then closes files and threads. Sessions and schedulers still open fail
     * with {@link IllegalStateException} afterwards. Idempotent, for any thread; interrupts do not end the wait.
     */
    @Override
    public void close() {
        usage.close();
    }

    private void free() {
        try {
            devices.close();
        } finally {
            release(decoderFile, visionFile);
        }
    }

    /**
     * @param name {@code general.name}, or the file name
     * @param family decoder, projector and tower in words
     * @param contextLength positions the model was trained for
     * @param weightBytes mapped bytes of both files
     * @param promptFormat the format sessions use unless told otherwise
     * @param seesImages whether it was loaded with a vision file
     * @param imageTokens rows one image takes in the prompt; empty without vision, or where it depends on the image
     * @param device the device's description, and what is computed elsewhere
     * @param kernels which implementation of arithmetic computes: {@code machine code for AVX-512 VNNI}, {@code Vector API, 256-bit
     *     vectors}, {@code scalar} or {@code OpenCL}
     * @param fallback why it is not the device or not the kernels that were asked for, and what to do about it, in one line; empty if
     *     it is
     */
    public record Info(
            String name,
            String family,
            int contextLength,
            long weightBytes,
            String promptFormat,
            boolean seesImages,
            Optional<Integer> imageTokens,
            String device,
            String kernels,
            Optional<String> fallback) {}
}
