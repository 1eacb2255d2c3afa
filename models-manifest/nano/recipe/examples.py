"""Draws the README's page of examples: pictures, questions and the model's answers, mistakes included.

examples.py MODELS PICTURES OUT.png   needs chromium, which shapes all ten scripts, and fonts for them (fonts-noto-core,
                                      fonts-noto-cjk, fonts-noto-color-emoji)
"""
import base64
import html
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

import torch
from PIL import Image

from evaluate import Pair, scenes
from things import LANGUAGES

RIGHT, WRONG, LOOKED_AT = 20, 4, 200
STYLE = """
body { margin: 0; padding: 16px; width: 1168px; background: #fff; color: #1b1f24; font: 15px/1.35 "Noto Sans", sans-serif }
main { display: grid; grid-template-columns: repeat(6, 1fr); gap: 14px }
figure { margin: 0; border: 1px solid #d4d9df; border-radius: 8px; overflow: hidden; display: flex; flex-direction: column }
img { width: 100%; height: 150px; object-fit: contain; background: #f3f5f7 }
figcaption { padding: 8px 10px 10px; text-align: start }
p { margin: 0 } .q { color: #57606a } .a { font-weight: 600 } .wrong { color: #b3261e } .wanted { color: #57606a; font-size: 13px }
:lang(ur) { font-family: "Noto Nastaliq Urdu", serif; line-height: 2 } :lang(ja), :lang(zh) { font-family: "Noto Sans CJK JP" }
"""


def encoded(picture):
    data = BytesIO()
    picture.convert("RGB").save(data, "JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(data.getvalue()).decode("ascii")


def figure(picture, language, question, answer, wanted):
    way = "rtl" if language in ("ar", "ur") else "ltr"
    lines = [f'<p class="q">{html.escape(question)}</p>']
    lines.append(f'<p class="a{"" if answer == wanted else " wrong"}">{html.escape(answer)}</p>')
    if answer != wanted:
        lines.append(f'<p class="wanted">✗ {html.escape(wanted)}</p>')
    return f'<figure><img src="{encoded(picture)}"><figcaption lang="{language}" dir="{way}">{"".join(lines)}</figcaption></figure>'


@torch.no_grad()
def choose(pair, folder):
    """The first pictures, a language and a kind of question each by turns, and the first mistakes among those behind them."""
    right, wrong = [], []
    for i, (picture, entry) in enumerate(scenes(folder)):
        if i == LOOKED_AT or len(right) == RIGHT and len(wrong) == WRONG:
            break
        language = LANGUAGES[i % len(LANGUAGES)]
        question, wanted = entry["asks"][i // 2 % 2 if len(entry["asks"][1][language]) == 1 else 0][language][0]
        _, projected = pair.features(pair.pixels([picture]))
        said, _ = pair.greedy(projected, pair.prompt([], question))
        answer = pair.spm.decode(said)
        shown = figure(picture, language, question, answer, wanted)
        if answer == wanted and len(right) < RIGHT:
            right.append(shown)
        elif answer != wanted and len(wrong) < WRONG:
            wrong.append(shown)
    return right + wrong


def render(figures, out):
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><main>{"".join(figures)}</main>', "utf-8")
        rows = -(-len(figures) // 6)
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--hide-scrollbars", f"--window-size=1200,{rows * 420 + 40}",
                        f"--screenshot={out.resolve()}", page.as_uri()], check=True)
    picture = Image.open(out).convert("RGB")
    # Cut the empty rest of the window off.
    inked = picture.convert("L").point(lambda v: 255 if v < 250 else 0).getbbox()
    picture.crop((0, 0, picture.width, min(picture.height, inked[3] + 16))).quantize(256).save(out, optimize=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    render(choose(Pair(Path(sys.argv[1])), Path(sys.argv[2])), Path(sys.argv[3]))
