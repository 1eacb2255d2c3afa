// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.options;

import dev.myna.cli.system.ProgramFolder;
import dev.myna.cli.system.UserFolders;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Placement;
import dev.myna.engine.error.RequestException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options that say where to compute. */
public final class DeviceArguments {
    @Option(
            names = "--device",
            paramLabel = "NAME",
            converter = ChoiceConverter.class,
            description = "cpu (default), opencl or opencl:N, as --list-devices numbers them")
    Placement device;

    @Option(
            names = {"-ngl", "--gpu-layers"},
            paramLabel = "N",
            description = "the last N decoder layers there; alone it means --device opencl")
    Integer layers;

    /** A device as people type it. */
    static final class ChoiceConverter implements ITypeConverter<Placement> {
        @Override
        public Placement convert(String name) {
            try {
                return Placement.parse(name);
            } catch (RequestException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** The device that is named, or the one that layers imply. */
    public Placement choice() {
        if (device != null) {
            return device;
        }
        return layers != null && layers > 0 ? Placement.OPENCL_IF_AVAILABLE : Placement.CPU;
    }

    /** The same options as words of a command line. */
    public List<String> words() {
        List<String> words = new ArrayList<>();
        Placement choice = choice();
        if (choice.onOpenCl()) {
            words.addAll(List.of(
                    "--device",
                    "opencl"
                            + (choice.openClDevice().isPresent()
                                    ? ":" + choice.openClDevice().getAsInt()
                                    : "")));
        }
        if (layers != null) {
            words.addAll(List.of("-ngl", layers.toString()));
        }
        return words;
    }

    /** These options with what they say about devices. */
    ModelOptions apply(ModelOptions options) {
        ModelOptions there = options.toBuilder()
                .placement(choice())
                .deviceLayers(layers == null ? ModelOptions.ALL_LAYERS : layers)
                .build();
        return UserFolders.ofProcess()
                .cache()
                .map(folder -> there.toBuilder()
                        .programs(new ProgramFolder(folder.resolve("opencl")))
                        .build())
                .orElse(there);
    }

    /** A line if layers are meant for a device that is not used. */
    public List<String> withoutEffect(GivenOptions given) {
        return choice().onOpenCl() || layers == null || layers == 0
                ? List.of()
                : given.without("with --device cpu", "--gpu-layers");
    }
}
