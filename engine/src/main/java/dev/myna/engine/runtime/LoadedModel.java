// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.FileSampling;
import dev.myna.engine.ImageMode;
import dev.myna.engine.ImagePlan;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.ModelWarning;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.check.Unused;
import dev.myna.engine.decoder.Decoder;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderWeights;
import dev.myna.engine.decoder.LayerPlacement;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.error.RequestException;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** A model whose files are mapped: decoder, vision encoder, tokenizer, and who uses them. */
public final class LoadedModel implements Model {
    /** Sides of an image that asks what images of a model are like. */
    private static final int PROBE = 64;

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

    private LoadedModel(
            GgufFile decoderFile,
            GgufFile visionFile,
            OpenedDevices devices,
            ModelOptions options,
            Optional<String> fallback) {
        this.decoderFile = decoderFile;
        this.visionFile = visionFile;
        this.devices = devices;
        this.fallback = fallback;
        DecoderConfig config = Families.decoderConfig(decoderFile);
        this.tokenizer = Tokenizers.load(decoderFile);
        LayerPlacement placement = devices.placement(config.layers());
        DecoderWeights weights = DecoderWeights.load(decoderFile, config, placement);
        weights.requireTokens(decoderFile, tokenizer.size());
        this.decoder = new Decoder(config, weights, placement);
        this.vision = visionFile == null
                ? null
                : new VisionEncoder(
                        visionFile,
                        Families.visionConfig(visionFile),
                        options.imageTokens(),
                        options.imageTiles(),
                        devices.main());
        if (vision != null) {
            requireRowsOf(config);
        }
        this.fileFormat = FileFormat.of(
                tokenizer,
                decoderFile.metadata(),
                vision == null ? null : vision.config().family().promptFormat(visionFile.metadata()));
        List<ModelWarning> found = new ArrayList<>(Unused.decoder(decoderFile, config, tokenizer, fileFormat));
        Unused.refuse(decoderFile, found, options.ignoreUnused());
        if (vision != null) {
            List<ModelWarning> ofVision = Unused.vision(visionFile, vision.config());
            Unused.refuse(visionFile, ofVision, options.ignoreUnused());
            found.addAll(ofVision);
        }
        this.warnings = List.copyOf(found);
        this.info = describe();
    }

    /** @throws ModelException if the decoder cannot take the rows of images */
    private void requireRowsOf(DecoderConfig config) {
        if (vision.width() != config.imageRowWidth()) {
            throw new ModelException(visionFile.name() + ": its projector makes rows of " + vision.width() + " but "
                    + decoderFile.name() + " needs " + config.imageRowWidth() + deepstack(config)
                    + ": the two files do not belong together");
        }
        boolean grid = vision.layout(PROBE, PROBE, ImageMode.AUTO).grid().isPresent();
        if (grid && config.rope().followsFirstAxis()) {
            throw new ModelException(visionFile.name() + ": its images have rows and columns, but " + decoderFile.name()
                    + " (" + config.architecture() + ") counts positions without them: the two files do not belong"
                    + " together");
        }
    }

    private static String deepstack(DecoderConfig config) {
        return config.deepstack() == 0
                ? ""
                : " (" + config.width() + " and " + config.deepstack() + " deepstack layers of as many)";
    }

    /** Takes the files over: they are closed with the model, also when loading fails. */
    public static LoadedModel load(GgufFile decoder, GgufFile mmproj, ModelOptions options) {
        return loadFiles(decoder, Objects.requireNonNull(mmproj), options);
    }

    /** As {@link #load} without a vision file. */
    public static LoadedModel loadTextOnly(GgufFile decoder, ModelOptions options) {
        return loadFiles(decoder, null, options);
    }

    /** @param mmproj null for text only */
    private static LoadedModel loadFiles(GgufFile decoder, GgufFile mmproj, ModelOptions options) {
        Span span = FlightEvents.modelLoad(decoder.name());
        hold(decoder, mmproj);
        try {
            LoadedModel model = options.placement().onOpenCl()
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

    private static LoadedModel loadOpenCl(GgufFile decoder, GgufFile mmproj, ModelOptions options) {
        try {
            LoadedModel model = open(decoder, mmproj, OpenedDevices.openCl(options), options, Optional.empty());
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
    static LoadedModel open(
            GgufFile decoder, GgufFile mmproj, OpenedDevices devices, ModelOptions options, Optional<String> fallback) {
        try {
            return new LoadedModel(decoder, mmproj, devices, options, fallback);
        } catch (RuntimeException | Error e) {
            devices.close();
            throw e;
        }
    }

    @Override
    public ConversationSession newSession(SessionOptions options) {
        enter();
        try {
            requireWholeFiles();
            return new ConversationSession(this, options);
        } finally {
            exit();
        }
    }

    @Override
    public BatchScheduler newScheduler(SchedulerOptions options) {
        return new BatchScheduler(this, options);
    }

    @Override
    public CachedTokenSequence newTokenSequence(SessionOptions options) {
        enter();
        try {
            requireWholeFiles();
            return new CachedTokenSequence(SessionSetup.plain(this, options));
        } finally {
            exit();
        }
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public List<ModelWarning> warnings() {
        return warnings;
    }

    @Override
    public FileSampling sampling() {
        return FileSampling.of(decoderFile.metadata());
    }

    @Override
    public List<String> unreadArguments(SessionOptions options) {
        return options.templateArguments().isEmpty()
                ? List.of()
                : SessionSetup.of(this, options).unread(options.templateArguments());
    }

    @Override
    public Info info() {
        return info;
    }

    private Info describe() {
        DecoderConfig config = decoder.config();
        String family = config.architecture() + " decoder, " + config.layers() + " layers of " + config.width();
        if (vision != null) {
            family += "; " + vision.config().family().projectorType()
                    + " projector; " + vision.config().parts().name() + ", "
                    + vision.config().layers() + " layers of "
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
                vision == null ? Optional.empty() : Optional.of(vision.description()),
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

    @Override
    public long deviceMemory() {
        return devices.main().memoryInUse();
    }

    @Override
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

    @Override
    public Optional<ImagePlan> plan(int imageWidth, int imageHeight, ImageMode mode, int images) {
        return vision().layout(imageWidth, imageHeight, mode, images).plan();
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

    /** Rows of an image that a pass of the decoder must take together; 0 if it may take them one by one. */
    int blockRows() {
        return vision == null || !decoder.config().traits().imagesSeeBothWays()
                ? 0
                : vision.layout(PROBE, PROBE, ImageMode.AUTO).place().largestRun();
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
}
