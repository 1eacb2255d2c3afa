// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A model's description, terms and files. The schema beside the manifests explains each field.
 *
 * @param id the name that users type
 * @param upstream empty for the model in the jar
 * @param promptFormat the name of the published prompt format
 * @param checkpoint the checkpoint to download and convert, if the publisher has no GGUF
 * @param variants at least one
 */
public record Manifest(
        String id,
        String title,
        String family,
        String description,
        List<String> languages,
        Architecture architecture,
        Terms terms,
        Optional<Upstream> upstream,
        String promptFormat,
        Image image,
        Optional<Checkpoint> checkpoint,
        List<Variant> variants,
        Provenance provenance) {

    /** The parts of a model. */
    public record Architecture(Vision vision, String projector, OptionalLong projectorParameters, Decoder decoder) {}

    /**
     * The vision tower.
     *
     * @param patches rows that it computes together, at most, unless the user asks for more; empty if they are CLIP's 577
     */
    public record Vision(String name, OptionalLong width, OptionalLong patches, OptionalLong parameters) {}

    /**
     * The language model.
     *
     * @param kind {@code general.architecture}
     * @param kvWidth width of a position's keys, and of its values
     * @param window positions that a layer with a window sees; empty if all layers see everything
     * @param windowPeriod every so many layers one has no window; empty if all have one
     */
    public record Decoder(
            String name,
            String kind,
            long layers,
            long width,
            long kvWidth,
            long feedForward,
            long vocabulary,
            long contextLength,
            OptionalLong window,
            OptionalLong windowPeriod,
            OptionalLong parameters) {}

    /** The terms of use. */
    public record Terms(
            Licence weights,
            Optional<Licence> baseModel,
            Optional<Licence> data,
            boolean requiresAcceptance,
            String summary) {}

    /** A licence: name and URL. */
    public record Licence(String name, Optional<String> url) {}

    /**
     * A repository of the hub.
     *
     * @param revision a full commit id, if it is known
     * @param abbreviatedRevision its known first digits
     */
    public record Upstream(String host, String repo, Optional<String> revision, Optional<String> abbreviatedRevision) {}

    /**
     * How images are prepared.
     *
     * @param size side of the tower's square in pixels; empty if it takes any size
     * @param tokens tokens of the prompt per image, as text: a number or a range
     */
    public record Image(OptionalLong size, String resize, String tokens) {}

    /** @param files empty if the host must list them */
    public record Checkpoint(Optional<List<HubFile>> files) {}

    /**
     * A model at one size.
     *
     * @param files decoder, and mmproj of a vision model; empty if they are made from the checkpoint
     * @param convert how to make them
     */
    public record Variant(
            String name, boolean standard, long minMemoryBytes, List<HubFile> files, Optional<Convert> convert) {}

    /** File types of the decoder and of tower and projector. */
    public record Convert(String type, String visionType) {}

    /** @param hashSource {@code publisher}, {@code quoted}, {@code measured} or {@code none} */
    public record Provenance(String hashSource, String checkedOn, Optional<String> note) {}

    /** The default variant. */
    public Variant standardVariant() {
        return variants.stream().filter(Variant::standard).findFirst().orElse(variants.getFirst());
    }

    /** The variant with that name, if there is one. */
    public Optional<Variant> variant(String name) {
        return variants.stream().filter(variant -> variant.name().equals(name)).findFirst();
    }
}
