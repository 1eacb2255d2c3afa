// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Convention;
import dev.myna.kernels.cpu.jit.contract.FloatTile;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.contract.KernelWriters;
import dev.myna.kernels.cpu.jit.contract.QuantTile;
import dev.myna.kernels.cpu.jit.contract.Rounding;
import dev.myna.kernels.cpu.jit.x64.row.FloatMatVecCode;
import dev.myna.kernels.cpu.jit.x64.row.FloatPanelCode;
import dev.myna.kernels.cpu.jit.x64.row.MatVecCode;
import dev.myna.kernels.cpu.jit.x64.row.PanelCode;
import dev.myna.kernels.cpu.jit.x64.tile.FloatTileCode;
import dev.myna.kernels.cpu.jit.x64.tile.StoreCode;
import dev.myna.kernels.cpu.jit.x64.tile.TileCode;
import dev.myna.kernels.cpu.jit.x64.weights.WeightReader;

/** The kernels for x86-64: chooses the writer of each. */
public record X64Kernels(Isa isa, Convention convention) implements KernelWriters {

    @Override
    public boolean reads(TensorType type) {
        return FloatTile.reads(type) || WeightReader.reads(type);
    }

    @Override
    public int group(TensorType type) {
        return WeightReader.group(type);
    }

    @Override
    public Rounding rounding(TensorType type) {
        return WeightReader.rounding(type, isa);
    }

    @Override
    public byte[] matVec(TensorType type, int columns) {
        return FloatTile.reads(type)
                ? FloatMatVecCode.write(type, isa, convention, columns)
                : MatVecCode.write(type, isa, convention, columns);
    }

    @Override
    public byte[] panel(TensorType type, FloatTile tile) {
        return FloatPanelCode.write(type, tile, convention);
    }

    @Override
    public byte[] panel(TensorType type, QuantTile tile) {
        return PanelCode.write(type, tile, convention);
    }

    @Override
    public byte[] tile(FloatTile tile) {
        return FloatTileCode.write(tile, convention);
    }

    @Override
    public byte[] tile(TensorType type, QuantTile tile) {
        return TileCode.write(tile, convention, WeightReader.dot(type, isa), rounding(type));
    }

    @Override
    public String variant(TensorType type, QuantTile tile) {
        return TileCode.variant(tile, WeightReader.dot(type, isa), rounding(type));
    }

    @Override
    public byte[] store() {
        return StoreCode.write(isa, convention);
    }

    @Override
    public int storeRows() {
        return isa.lanes();
    }

    @Override
    public byte[] quantize(int group, Rounding rounding) {
        return QuantizeCode.write(isa, convention, group, rounding);
    }

    @Override
    public byte[] order(TensorType type) {
        int[] order = WeightReader.order(type, isa);
        return order == null ? null : OrderCode.write(isa, convention, order);
    }

    @Override
    public byte[] pack(FloatTile tile) {
        return PackCode.write(isa, convention, j -> j * tile.vectors() * isa.bytes());
    }

    @Override
    public byte[] pack(QuantTile tile) {
        int step = tile.vectors() * isa.bytes();
        return PackCode.write(isa, convention, j -> j / 8 * tile.columnRecord() + j % 8 * step);
    }

    @Override
    public byte[] packScales(QuantTile tile) {
        int groups = tile.groups();
        int step = tile.vectors() * isa.bytes();
        return PackCode.write(isa, convention, j -> j / groups * tile.columnRecord() + j % groups * step);
    }

    @Override
    public int maxAttentionRows() {
        return isa.avx512() ? 12 : 6;
    }

    @Override
    public byte[] attention(int rows) {
        return AttentionCode.write(isa, convention, rows);
    }
}
