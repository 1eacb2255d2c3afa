// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.command;

import dev.myna.cli.text.Controls;
import dev.myna.kernels.DeviceException;
import dev.myna.kernels.OpenClInfo;
import dev.myna.kernels.devices.Devices;
import java.util.ArrayList;
import java.util.List;

/** The devices of this machine, one per line, with the names for {@code --device}. */
public final class DeviceList {
    private DeviceList() {}

    public static List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("cpu " + Devices.describeCpu());
        lines.addAll(openCl());
        return lines;
    }

    /** The OpenCL devices, or the reason why there are none. */
    public static List<String> openCl() {
        try {
            List<String> devices = Devices.openClDevices().stream()
                    .map(OpenClInfo::description)
                    .map(Controls::oneLine)
                    .toList();
            return devices.isEmpty() ? List.of("no OpenCL device: install the driver of your GPU") : devices;
        } catch (DeviceException e) {
            return List.of(e.getMessage());
        }
    }
}
