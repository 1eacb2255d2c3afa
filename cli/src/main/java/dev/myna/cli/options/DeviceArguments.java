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

/** Options for the device. */
public final class DeviceArguments {
    @Option(
            names = "--device",
            paramLabel = "NAME",
            converter = ChoiceConverter.class,
            description = "cpu (default), opencl or opencl:N; --list-devices shows N")
    Placement device;

    @Option(
            names = {"-ngl", "--gpu-layers"},
            paramLabel = "N",
            description = "run the last N decoder layers there; implies --device opencl")
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

    /** The device from {@code --device}, else the one that {@code -ngl} implies. */
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

    /** {@code options} with the device and its layers. */
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

    /** A note if {@code -ngl} has no effect because the CPU computes all layers. */
    public List<String> withoutEffect(GivenOptions given) {
        return choice().onOpenCl() || layers == null || layers == 0
                ? List.of()
                : given.without("with --device cpu", "--gpu-layers");
    }
}
