"""Writes things.json: the emoji that the model knows, with their CLDR short names in ten languages.

Every emoji of one code point that all artworks draw and all languages name, but for those in LEFT_OUT.
"""
import json
import re
from pathlib import Path

from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
ARTWORK = HERE / "work/artwork"
CLDR = ARTWORK / "cldr-annotations-full/annotations"
LANGUAGES = ["en", "zh", "hi", "es", "fr", "ar", "bn", "ru", "ur", "ja"]
# Signs rather than things; pairs that differ by a hand of a clock, a phase, a direction or a brow; flags.
LEFT_OUT = {
    "arrows": "⬆↗➡↘⬇↙⬅↖↕↔↩↪⤴⤵🔃🔄🔙🔚🔛🔜🔝",
    "buttons": "🔀🔁🔂▶⏩⏭⏯◀⏪⏮🔼⏫🔽⏬⏸⏹⏺⏏🎦🔅🔆📶🛜📳📴🔠🔡🔢🔣🔤🅰🆎🅱🆑🆒🆓ℹ🆔Ⓜ🆕🆖🅾🆗🅿🆘🆙🆚"
               "🈁🈂🈷🈶🈯🉐🈹🈚🈲🉑🈸🈴🈳㊗㊙🈺🈵♈♉♊♋♌♍♎♏♐♑♒♓⛎",
    "symbols": "♀♂⚧➕➖➗⚜✝☦🟰♾‼⁉❕❔〰➰✴✳™✔☑❎✖💮🔯",
    "shapes": "🟥🟧🟨🟩🟦🟪🟫⬛⬜◼◻◾◽▪▫🔶🔷🔸🔹🔺🔻🔘🔳🔲🟡🟤⚪",
    "signs": "🛂🛃🛄🛅🚳🚯🚱🚷📵🚹🚺🚼🚾",
    "phases": "🌑🌒🌓🌔🌖🌗🌘🌚🌛🌜" + "".join(map(chr, range(0x1F550, 0x1F568))),
    "flags": "🏁🚩🎌🏴🏳",
    "twins": "💘🚦☺😚😙😃😄😁😯🙁😦😧😫😣😥🫳🫴🫷🫸🤛🤜🚍🚔🚖🚘🌎🌏📪📭🔈🔉📩🔎🔏📀📄🏣🗨🚃🏤👥"
             "🐥🌥💗😿😸🧎🚆🛬🙎🎆🌇🫄📓💹🌁❣🤚🗓🎟🚊🙆",
}


def code(emoji):
    """The code point of an emoji as lower-case hexadecimal."""
    return f"{ord(emoji):x}"


def main():
    annotations = {x: json.loads((CLDR / x / "annotations.json").read_text("utf-8"))["annotations"]["annotations"]
                   for x in LANGUAGES}
    noto = TTFont(ARTWORK / "NotoColorEmoji.ttf").getBestCmap()
    fluent = json.loads((ARTWORK / "iconify-json-fluent-emoji-flat/chars.json").read_text("utf-8"))
    left_out = set("".join(LEFT_OUT.values()))
    things = []
    for key in annotations["en"]:
        e = key.rstrip("\ufe0f")
        if len(e) != 1 or e in left_out or ord(e) not in noto or not {code(e), code(e) + "-fe0f"} & set(fluent):
            continue
        drawn = [ARTWORK / f"twemoji-svg/{code(e)}.svg"]
        openmoji = [ARTWORK / f"openmoji/color/svg/{code(e).upper()}{end}.svg" for end in ("", "-FE0F")]
        if not drawn[0].exists() or not any(p.exists() for p in openmoji):
            continue
        # A comma would part a name in lists; what stands behind it in CLDR is a second name.
        names = {x: re.split("[,،、，]", annotations[x].get(e, {}).get("tts", [""])[0])[0].strip() for x in LANGUAGES}
        if all(names.values()) and not any(names[x] == t["names"][x] for x in LANGUAGES for t in things):
            things.append({"emoji": e, "code": code(e), "names": names})
    lines = ",\n".join(json.dumps(t, ensure_ascii=False) for t in things)
    (HERE / "things.json").write_text(f"[\n{lines}\n]\n", "utf-8")
    print(len(things), "things")


if __name__ == "__main__":
    main()
