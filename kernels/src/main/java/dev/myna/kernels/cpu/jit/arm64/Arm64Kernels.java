// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.jit.contract.FloatTile;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.contract.KernelWriters;
import dev.myna.kernels.cpu.jit.contract.QuantTile;

/** The kernels for Arm. */
public record Arm64Kernels(Isa isa) implements KernelWriters {

    @Override
    public int group(TensorType type) {
        return WeightForm.of(type).group();
    }

    @Override
    public byte[] matVec(TensorType type, int columns) {
        return MatVecCode.write(type, isa, columns);
    }

    @Override
    public byte[] panel(TensorType type, FloatTile tile) {
        throw new UnsupportedOperationException("not written yet");
    }

    @Override
    public byte[] panel(TensorType type, QuantTile tile) {
        return PanelCode.write(type, tile);
    }

    @Override
    public byte[] tile(FloatTile tile) {
        throw new UnsupportedOperationException("not written yet");
    }

    @Override
    public byte[] tile(TensorType type, QuantTile tile) {
        return TileCode.write(tile, WeightForm.of(type));
    }

    @Override
    public String kind(TensorType type, QuantTile tile) {
        return WeightForm.of(type).toString();
    }

    @Override
    public byte[] store() {
        throw new UnsupportedOperationException("not written yet");
    }

    @Override
    public byte[] quantize(int group) {
        throw new UnsupportedOperationException("not written yet");
    }

    @Override
    public byte[] order(TensorType type) {
        return null;
    }

    @Override
    public byte[] pack(FloatTile tile) {
        throw new UnsupportedOperationException("not written yet");
    }

    @Override
    public byte[] pack(QuantTile tile) {
        return PackQuantsCode.write(tile);
    }

    @Override
    public byte[] packScales(QuantTile tile) {
        throw new UnsupportedOperationException("not written yet");
    }

    @Override
    public int mostAttentionRows() {
        return 8;
    }

    @Override
    public byte[] attention(int rows) {
        throw new UnsupportedOperationException("not written yet");
    }
}
