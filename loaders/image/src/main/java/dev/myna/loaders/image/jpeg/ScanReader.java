// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg;

import dev.myna.loaders.image.codec.DamagedImageException;
import dev.myna.loaders.image.codec.WorkBudget;
import dev.myna.loaders.image.jpeg.entropy.BlockDecoder;
import dev.myna.loaders.image.jpeg.segments.Component;
import dev.myna.loaders.image.jpeg.segments.Faults;
import dev.myna.loaders.image.jpeg.segments.Frame;
import dev.myna.loaders.image.jpeg.segments.Marker;
import dev.myna.loaders.image.jpeg.segments.ScanHeader;
import java.io.IOException;

/**
 * Visits the blocks of a scan in their order in the file (T.81 A.2): MCU by MCU if the scan has several components, else row
 * by row; and the restart markers between them (E.2.4).
 */
final class ScanReader {
    private final byte[] data;
    private final Frame frame;
    private final ScanHeader scan;
    private final BlockDecoder decoder;
    private final int restartInterval;
    private final int number;

    /** MCUs until the next restart marker. */
    private int untilRestart;

    private int restarts;

    /** The row of MCUs being read, and how many there are. */
    private int row;

    private int rows;

    /** @param number counts the scans of the image from 1, for messages */
    ScanReader(byte[] data, Frame frame, ScanHeader scan, BlockDecoder decoder, int restartInterval, int number) {
        this.data = data;
        this.frame = frame;
        this.scan = scan;
        this.decoder = decoder;
        this.restartInterval = restartInterval;
        this.number = number;
        untilRestart = restartInterval == 0 ? Integer.MAX_VALUE : restartInterval;
    }

    /** Reads the whole scan. */
    void read(BlockTarget target, WorkBudget budget) throws IOException {
        try {
            if (scan.components().length == 1) {
                readComponent(scan.components()[0], target, budget);
            } else {
                readInterleaved(target, budget);
            }
        } catch (DamagedImageException e) {
            // Missing bits are read as zeros, which are seldom valid codes.
            throw decoder.exhausted() ? endsEarly() : e;
        }
    }

    private void readInterleaved(BlockTarget target, WorkBudget budget) throws IOException {
        rows = frame.mcusHigh();
        int columns = frame.mcusWide();
        int blocks = 0;
        for (Component c : scan.components()) {
            blocks += c.h() * c.v();
        }
        for (row = 0; row < rows; row++) {
            budget.spend((long) columns * blocks * target.unitsPerBlock());
            for (int column = 0; column < columns; column++) {
                if (untilRestart == 0) {
                    restart();
                }
                readMcu(column, target);
                if (decoder.exhausted()) {
                    throw endsEarly();
                }
                untilRestart--;
            }
            target.endRow(row);
        }
    }

    private void readMcu(int column, BlockTarget target) throws IOException {
        Component[] members = scan.components();
        for (int i = 0; i < members.length; i++) {
            Component c = members[i];
            for (int y = row * c.v(); y < (row + 1) * c.v(); y++) {
                for (int x = column * c.h(); x < (column + 1) * c.h(); x++) {
                    target.decode(decoder, i, c, y, x);
                }
            }
        }
    }

    private void readComponent(Component c, BlockTarget target, WorkBudget budget) throws IOException {
        rows = c.blocksHigh();
        int columns = c.blocksWide();
        for (row = 0; row < rows; row++) {
            budget.spend(columns);
            int decoded = 0;
            int column = 0;
            while (column < columns) {
                if (untilRestart == 0) {
                    restart();
                }
                int skipped = decoder.skip(Math.min(columns - column, untilRestart));
                if (skipped == 0) {
                    target.decode(decoder, 0, c, row, column);
                    if (decoder.exhausted()) {
                        throw endsEarly();
                    }
                    skipped = 1;
                    decoded++;
                }
                column += skipped;
                untilRestart -= skipped;
            }
            budget.spend((long) decoded * target.unitsPerBlock());
            target.endRow(row);
        }
    }

    private void restart() throws IOException {
        int at = decoder.position();
        while (at + 1 < data.length && (data[at] != (byte) 0xff || data[at + 1] == 0 || data[at + 1] == (byte) 0xff)) {
            at++;
        }
        int marker = at + 1 < data.length ? data[at + 1] & 0xff : Marker.EOI;
        if (marker == Marker.EOI) {
            throw endsEarly();
        }
        if (marker != Marker.RST0 + (restarts & 7)) {
            throw Faults.damaged(at, "restart marker " + (restarts & 7) + " is missing");
        }
        restarts++;
        untilRestart = restartInterval;
        decoder.restart(at + 2);
    }

    private IOException endsEarly() {
        return Faults.endsEarly(
                (number == 1 ? "" : "in scan " + number + " ") + "after " + row + " of " + rows + " block rows");
    }
}
