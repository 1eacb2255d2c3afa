// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.jit.arm64.row.FloatMatVecCode;
import dev.myna.kernels.cpu.jit.arm64.row.FloatPanelCode;
import dev.myna.kernels.cpu.jit.arm64.row.MatVecCode;
import dev.myna.kernels.cpu.jit.arm64.row.PanelCode;
import dev.myna.kernels.cpu.jit.arm64.tile.FloatTileCode;
import dev.myna.kernels.cpu.jit.arm64.tile.StoreCode;
import dev.myna.kernels.cpu.jit.arm64.tile.TileCode;
import dev.myna.kernels.cpu.jit.arm64.weights.WeightForm;
import dev.myna.kernels.cpu.jit.arm64.weights.WeightReader;
import dev.myna.kernels.cpu.jit.contract.FloatTile;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.contract.KernelWriters;
import dev.myna.kernels.cpu.jit.contract.QuantTile;
import dev.myna.kernels.cpu.jit.contract.Rounding;

/** The kernels for Arm: chooses the writer of each. */
public record Arm64Kernels(Isa isa) implements KernelWriters {

    @Override
    public boolean reads(TensorType type) {
        return FloatTile.reads(type) || WeightReader.reads(type);
    }

    @Override
    public int group(TensorType type) {
        return WeightForm.of(type).group();
    }

    @Override
    public Rounding rounding(TensorType type) {
        return Rounding.SUMS;
    }

    @Override
    public byte[] matVec(TensorType type, int columns) {
        return FloatTile.reads(type) ? FloatMatVecCode.write(type, isa, columns) : MatVecCode.write(type, isa, columns);
    }

    @Override
    public byte[] panel(TensorType type, FloatTile tile) {
        return FloatPanelCode.write(type, tile);
    }

    @Override
    public byte[] panel(TensorType type, QuantTile tile) {
        return PanelCode.write(type, tile);
    }

    @Override
    public byte[] tile(FloatTile tile) {
        return FloatTileCode.write(tile);
    }

    @Override
    public byte[] tile(TensorType type, QuantTile tile) {
        return TileCode.write(tile, WeightForm.of(type));
    }

    @Override
    public String variant(TensorType type, QuantTile tile) {
        return WeightForm.of(type).toString();
    }

    @Override
    public byte[] store() {
        return StoreCode.write(isa);
    }

    @Override
    public int storeRows() {
        return QuantTile.BAND;
    }

    @Override
    public byte[] quantize(int group, Rounding rounding) {
        return QuantizeCode.write(isa, group);
    }

    @Override
    public byte[] order(TensorType type) {
        return null;
    }

    @Override
    public byte[] pack(FloatTile tile) {
        return PackCode.floats(tile);
    }

    @Override
    public byte[] pack(QuantTile tile) {
        return PackQuantsCode.write(tile);
    }

    @Override
    public byte[] packScales(QuantTile tile) {
        return PackCode.scales(tile);
    }

    @Override
    public int maxAttentionRows() {
        return AttentionCode.MAX_ROWS;
    }

    @Override
    public byte[] attention(int rows) {
        return AttentionCode.write(isa, rows);
    }
}
