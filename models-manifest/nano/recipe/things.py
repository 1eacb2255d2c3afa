"""Writes things.json: the emoji of things.txt with their CLDR short names in ten languages."""
import json
from pathlib import Path

HERE = Path(__file__).parent
CLDR = HERE / "work/artwork/cldr-annotations-full/annotations"
LANGUAGES = ["en", "zh", "hi", "es", "fr", "ar", "bn", "ru", "ur", "ja"]


def code(emoji):
    """The code point of an emoji as lower-case hexadecimal, without the variation selector."""
    return "-".join(f"{ord(c):x}" for c in emoji if c != "\ufe0f")


def main():
    emoji = [e for line in (HERE / "things.txt").read_text("utf-8").splitlines()
             if not line.startswith("#") for e in line.split()]
    assert len(set(emoji)) == len(emoji), "an emoji is listed twice"
    names = {}
    for language in LANGUAGES:
        path = CLDR / language / "annotations.json"
        annotations = json.loads(path.read_text("utf-8"))["annotations"]["annotations"]
        for e in emoji:
            entry = annotations.get(e) or annotations.get(e.rstrip("\ufe0f")) or {}
            if "tts" not in entry:
                raise SystemExit(f"no {language} name for {e}")
            names.setdefault(e, {})[language] = entry["tts"][0].split(",")[0].split("،")[0].strip()
    for language in LANGUAGES:
        seen = {}
        for e in emoji:
            seen.setdefault(names[e][language], []).append(e)
        for name, shared in seen.items():
            if len(shared) > 1:
                raise SystemExit(f"{language}: {name!r} names {' '.join(shared)}")
    things = [{"emoji": e, "code": code(e), "names": names[e]} for e in emoji]
    lines = ",\n".join(json.dumps(t, ensure_ascii=False) for t in things)
    (HERE / "things.json").write_text(f"[\n{lines}\n]\n", "utf-8")
    print(len(things), "things")


if __name__ == "__main__":
    main()
