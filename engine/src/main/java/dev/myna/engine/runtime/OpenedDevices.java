// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.ModelOptions;
import dev.myna.engine.decoder.LayerPlacement;
import dev.myna.kernels.Device;
import dev.myna.kernels.devices.Devices;
import java.util.Optional;

/**
 * The devices of one model.
 *
 * @param main computes images, and the decoder or its last layers
 * @param cpu computes the decoder's other layers; null where there are none
 * @param deviceLayers decoder layers on the main device at most
 */
record OpenedDevices(Device main, Device cpu, int deviceLayers) implements AutoCloseable {

    static OpenedDevices cpu(ModelOptions options) {
        return new OpenedDevices(openCpu(options), null, ModelOptions.ALL_LAYERS);
    }

    /** @throws dev.myna.kernels.DeviceException if there is no such device, or its driver fails */
    static OpenedDevices openCl(ModelOptions options) {
        Device main = Devices.openCl(options.placement().openClDevice(), options.programs());
        boolean divided = options.deviceLayers() != ModelOptions.ALL_LAYERS;
        return new OpenedDevices(main, divided ? openCpu(options) : null, options.deviceLayers());
    }

    private static Device openCpu(ModelOptions options) {
        int threads = options.threads() == 0 ? Runtime.getRuntime().availableProcessors() : options.threads();
        return Devices.cpu(threads, options.kernels(), options.codeListener());
    }

    LayerPlacement placement(int layers) {
        return cpu == null ? LayerPlacement.on(main) : LayerPlacement.last(deviceLayers, layers, cpu, main);
    }

    /** One line for people. */
    String description(int layers) {
        if (cpu == null || deviceLayers >= layers) {
            return main.description();
        }
        return main.description() + ", " + deviceLayers + " of " + layers + " layers; the others on the "
                + cpu.description();
    }

    /** The implementations that compute. */
    String kernels() {
        return cpu == null ? main.kernels() : main.kernels() + "; " + cpu.kernels();
    }

    /** Why one of them is slower than was asked for. */
    Optional<String> fallback() {
        return main.fallback().or(() -> cpu == null ? Optional.empty() : cpu.fallback());
    }

    @Override
    public void close() {
        main.close();
        if (cpu != null) {
            cpu.close();
        }
    }
}
