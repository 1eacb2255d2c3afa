"""Renders every thing in the artworks to work/sprites/STYLE/CODE.png (square RGBA, SIZE pixels)."""
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
STYLES = ["noto", "twemoji", "fluent"]
# Never trained on: it shows how the model copes with drawings that it has not seen.
HELD_OUT = "openmoji"
SIZE = 256


def noto_bitmaps(codes):
    """The colour bitmaps of the Noto font for single code points."""
    font = TTFont(ARTWORK / "NotoColorEmoji.ttf")
    glyphs = font.getBestCmap()
    strike = font["CBDT"].strikeData[0]
    return {c: Image.open(BytesIO(strike[glyphs[int(c, 16)]].imageData)).convert("RGBA") for c in codes}


def fluent_svgs():
    """The SVG text of each Fluent drawing by its code point."""
    folder = ARTWORK / "iconify-json-fluent-emoji-flat"
    icons = json.loads((folder / "icons.json").read_text("utf-8"))["icons"]
    names = json.loads((folder / "chars.json").read_text("utf-8"))
    head = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 32 32">'
    return {code.removesuffix("-fe0f"): f"{head}{icons[name]['body']}</svg>"
            for code, name in names.items() if name in icons}


def svg(style, code, fluent):
    """The SVG text of a thing in one of the vector artworks."""
    if style == "fluent":
        return fluent[code].encode()
    paths = [ARTWORK / f"twemoji-svg/{code}.svg"]
    if style == "openmoji":
        paths = [ARTWORK / f"openmoji/color/svg/{code.upper()}{end}.svg" for end in ("", "-FE0F")]
    return next(p for p in paths if p.exists()).read_bytes()


def squared(image):
    """The drawn part of an image, centred on a transparent square of SIZE pixels."""
    image = image.crop(image.getchannel("A").point(lambda a: 255 if a > 8 else 0).getbbox())
    side = max(image.size)
    canvas = Image.new("RGBA", (side, side))
    canvas.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    # Pillow's resize premultiplies the alpha of RGBA images.
    return canvas.resize((SIZE, SIZE), Image.LANCZOS)


def render(style, code, fluent):
    """Renders one vector drawing."""
    png = subprocess.run(["rsvg-convert", "-w", "320", "-h", "320"], input=svg(style, code, fluent),
                         check=True, capture_output=True).stdout
    squared(Image.open(BytesIO(png)).convert("RGBA")).save(SPRITES / style / f"{code}.png", compress_level=1)


def main():
    codes = [t["code"] for t in json.loads((HERE / "things.json").read_text("utf-8"))]
    styles = [*STYLES, HELD_OUT]
    for style in styles:
        (SPRITES / style).mkdir(parents=True, exist_ok=True)
    for code, image in noto_bitmaps(codes).items():
        squared(image).save(SPRITES / "noto" / f"{code}.png", compress_level=1)
    fluent = fluent_svgs()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda job: render(*job, fluent), [(s, c) for s in styles[1:] for c in codes]))
    print(len(codes), "things in", len(styles), "artworks")


if __name__ == "__main__":
    main()
