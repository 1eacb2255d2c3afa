#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares Myna's image decoders with Pillow's convert("RGB") over folders of images.

    compare.py --classpath cli/target/myna.jar [--java java] [--list OUT.tsv] FOLDER...

Every file in the folders (and those below) whose name ends like an image's is decoded by both. Prints a table: a row per
format, told from the content, with how many files are equal, how far the others are, and who refuses what. --list writes
a line for each file that is not equal. Needs Python 3.9, Pillow, numpy, and a JDK 25 as `java`.
"""
import argparse
import os
import struct
import subprocess
import sys
import warnings
from collections import defaultdict

import numpy
from PIL import Image

ENDINGS = ("png", "apng", "jpg", "jpeg", "jpe", "jfif", "gif", "bmp", "dib", "rle", "tif", "tiff", "webp")
SIGNATURES = [(b"\x89PNG", "PNG"), (b"\xff\xd8", "JPEG"), (b"GIF8", "GIF"), (b"BM", "BMP"), (b"RIFF", "WebP"),
              (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"), (b"II+\0", "TIFF"), (b"MM\0+", "TIFF")]
Image.MAX_IMAGE_PIXELS = 64 << 20


def kind(path):
    with open(path, "rb") as file:
        head = file.read(4)
    return next((name for signature, name in SIGNATURES if head.startswith(signature)), "other")


def expected(path):
    """What Pillow makes of a file: rows of RGB, or the exception. 16-bit gray keeps its high byte, as in Myna's rules."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(path)
            image.load()
            if image.mode.startswith("I;16") or image.mode == "I" and image.format == "PNG":
                gray = (numpy.asarray(image).astype(numpy.int64) >> 8 & 255).astype(numpy.uint8)
                return numpy.stack([gray] * 3, axis=-1)
            if image.mode == "La":
                image = image.convert("LA")
            return numpy.asarray(image.convert("RGB"))
    except Exception as problem:  # Whatever a file does to Pillow is an answer.
        return problem


def exactly(stream, count):
    data = stream.read(count)
    if len(data) != count:
        sys.exit("compare.py: the decoder ended early")
    return data


class Decoder:
    def __init__(self, java, classpath):
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "DecodeAll.java")
        self.process = subprocess.Popen([java, "-cp", classpath, source, "ignore"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def decode(self, path):
        """Rows of RGB, or the message of the refusal."""
        self.process.stdin.write(os.path.abspath(path).encode() + b"\n")
        self.process.stdin.flush()
        width, = struct.unpack(">i", exactly(self.process.stdout, 4))
        if width < 0:
            length, = struct.unpack(">H", exactly(self.process.stdout, 2))
            return exactly(self.process.stdout, length).decode()
        height, = struct.unpack(">i", exactly(self.process.stdout, 4))
        data = exactly(self.process.stdout, width * height * 3)
        return numpy.frombuffer(data, numpy.uint8).reshape(height, width, 3)


def judge(theirs, ours):
    """A verdict, the largest and the mean difference, and a remark."""
    if isinstance(ours, str):
        refused = isinstance(theirs, Exception)
        return "refused by both" if refused else "refused by us", 0, 0, ours
    if isinstance(theirs, Exception):
        return "accepted by us", 0, 0, repr(theirs)
    if theirs.shape != ours.shape:
        return "other size", 0, 0, f"{theirs.shape} {ours.shape}"
    difference = numpy.abs(theirs.astype(int) - ours.astype(int))
    largest = int(difference.max())
    return "equal" if largest == 0 else "different", largest, float(difference.mean()), ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--classpath", required=True)
    parser.add_argument("--java", default="java")
    parser.add_argument("--list")
    arguments = parser.parse_args()
    decoder = Decoder(arguments.java, arguments.classpath)
    verdicts = defaultdict(lambda: defaultdict(int))
    errors = defaultdict(list)
    lines = []
    for folder in arguments.folders:
        for place, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                path = os.path.join(place, name)
                if not name.lower().endswith(tuple("." + e for e in ENDINGS)) or os.path.getsize(path) == 0:
                    continue
                verdict, largest, mean, remark = judge(expected(path), decoder.decode(path))
                verdicts[kind(path)][verdict] += 1
                if verdict == "different":
                    errors[kind(path)].append((largest, mean))
                if verdict != "equal":
                    lines.append(f"{kind(path)}\t{verdict}\t{largest}\t{mean:.4f}\t{path}\t{remark}")
    columns = ["equal", "different", "other size", "refused by both", "refused by us", "accepted by us"]
    print("| format | files | " + " | ".join(columns) + " | largest error | worst mean error |")
    print("|---|" + "---:|" * (len(columns) + 3))
    for name in sorted(verdicts):
        row = verdicts[name]
        worst = max((e[0] for e in errors[name]), default=0)
        mean = max((e[1] for e in errors[name]), default=0)
        print(f"| {name} | {sum(row.values())} | " + " | ".join(str(row[c]) for c in columns)
              + f" | {worst} | {mean:.2f} |")
    if arguments.list:
        with open(arguments.list, "w", encoding="utf-8") as out:
            out.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
