// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.weights;

import dev.myna.kernels.Device;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Norm;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.Weight;
import dev.myna.loaders.gguf.GgufFile;

/**
 * Loads tensors of a file to a device and checks their shapes. All methods throw {@link dev.myna.loaders.gguf.GgufException} if a tensor
 * is missing or has another shape.
 *
 * @param prefix the beginning of all tensor names, for example {@code blk.3.}
 */
public record WeightReader(GgufFile file, Device device, String prefix) {

    /** Whether the file has {@code NAME}. */
    public boolean has(String name) {
        return file.tensors().containsKey(prefix + name);
    }

    /** Loads {@code NAME}, a vector. */
    public Weight vector(String name, long width) {
        return device.load(file.require(prefix + name, width));
    }

    /** Loads {@code NAME}, a matrix [outputs, inputs]. */
    public Weight matrix(String name, long inputs, long outputs) {
        return device.load(file.require(prefix + name, inputs, outputs));
    }

    /** Loads {@code NAME.weight} and, if the file has it, {@code NAME.bias}. */
    public Linear linear(String name, long inputs, long outputs) {
        Weight weight = matrix(name + ".weight", inputs, outputs);
        String bias = name + ".bias";
        return new Linear(weight, file.find(prefix + bias).isPresent() ? vector(bias, outputs) : null);
    }

    /** {@code NAME.weight} and, if the file has it, {@code NAME.bias}, whose rows are those of several matrices. */
    public Rows rows(String name, long inputs, long outputs) {
        Tensor weight = file.require(prefix + name + ".weight", inputs, outputs);
        String bias = prefix + name + ".bias";
        return new Rows(device, weight, file.find(bias).isPresent() ? file.require(bias, outputs) : null);
    }

    /**
     * Several matrices in one.
     *
     * @param weight [outputs, inputs]
     * @param bias [outputs], or null
     */
    public record Rows(Device device, Tensor weight, Tensor bias) {

        /** Loads {@code count} rows from {@code first} on. */
        public Linear linear(long first, long count) {
            return new Linear(
                    device.load(weight.rows(first, count)), bias == null ? null : device.load(bias.part(first, count)));
        }
    }

    /** Loads {@code NAME.weight} and {@code NAME.bias}, which the file must have. */
    public Linear biased(String name, long inputs, long outputs) {
        return new Linear(matrix(name + ".weight", inputs, outputs), vector(name + ".bias", outputs));
    }

    /** {@link #part(String, long, long, int, int, boolean)} with as many inputs as outputs. */
    public Linear part(String name, long width, int index, int count, boolean biased) {
        return part(name, width, width, index, count, biased);
    }

    /**
     * Loads one of several linear layers that are stored as one.
     *
     * @param inputs elements of an input row
     * @param outputs elements of an output row of the part
     * @param index number of the part, from 0
     * @param count parts
     * @param biased whether {@code NAME.bias} belongs to it
     */
    public Linear part(String name, long inputs, long outputs, int index, int count, boolean biased) {
        Tensor weight = file.require(prefix + name + ".weight", inputs, count * outputs);
        Weight part = device.load(weight.rows(index * outputs, outputs));
        if (!biased) {
            return new Linear(part);
        }
        Tensor bias = file.require(prefix + name + ".bias", count * outputs);
        return new Linear(
                part, device.load(bias.reshaped(outputs, count).rows(index, 1).reshaped(outputs)));
    }

    /** Loads {@code NAME.weight}. */
    public Norm rmsNorm(String name, long width, float eps) {
        return new Norm(vector(name + ".weight", width), eps);
    }

    /** Loads {@code NAME.weight} and {@code NAME.bias}. */
    public Norm layerNorm(String name, long width, float eps) {
        return new Norm(vector(name + ".weight", width), vector(name + ".bias", width), eps);
    }
}
