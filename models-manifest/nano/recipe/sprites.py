"""Renders every thing in the three artworks to work/sprites/STYLE/CODE.png (square RGBA, SIZE pixels)."""
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

from PIL import Image
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
ARTWORK = HERE / "work/artwork"
SPRITES = HERE / "work/sprites"
STYLES = ["noto", "openmoji", "twemoji"]
SIZE = 512


def noto_bitmaps(codes):
    """The colour bitmaps of the Noto font for single code points."""
    font = TTFont(ARTWORK / "NotoColorEmoji.ttf")
    glyphs = font.getBestCmap()
    strike = font["CBDT"].strikeData[0]
    return {c: Image.open(BytesIO(strike[glyphs[int(c, 16)]].imageData)).convert("RGBA") for c in codes}


def svg_path(style, code):
    """The SVG file of a thing in one of the two vector artworks."""
    if style == "twemoji":
        return ARTWORK / f"twemoji-svg/{code}.svg"
    for name in (code.upper(), code.upper() + "-FE0F"):
        path = ARTWORK / f"openmoji/color/svg/{name}.svg"
        if path.exists():
            return path
    raise SystemExit(f"openmoji has no {code}")


def squared(image):
    """The drawn part of an image, centred on a transparent square of SIZE pixels."""
    image = image.crop(image.getchannel("A").point(lambda a: 255 if a > 8 else 0).getbbox())
    side = max(image.size)
    canvas = Image.new("RGBA", (side, side))
    canvas.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    # Pillow's resize premultiplies the alpha of RGBA images.
    return canvas.resize((SIZE, SIZE), Image.LANCZOS)


def render(style, code):
    """Renders one vector drawing."""
    png = subprocess.run(["rsvg-convert", "-w", "640", "-h", "640", str(svg_path(style, code))],
                         check=True, capture_output=True).stdout
    squared(Image.open(BytesIO(png)).convert("RGBA")).save(SPRITES / style / f"{code}.png")


def main():
    codes = [t["code"] for t in json.loads((HERE / "things.json").read_text("utf-8"))]
    for style in STYLES:
        (SPRITES / style).mkdir(parents=True, exist_ok=True)
    for code, image in noto_bitmaps(codes).items():
        squared(image).save(SPRITES / "noto" / f"{code}.png")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda job: render(*job), [(s, c) for s in STYLES[1:] for c in codes]))
    print(len(codes), "things in", len(STYLES), "artworks")


if __name__ == "__main__":
    main()
