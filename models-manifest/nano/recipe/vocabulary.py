"""Trains the SentencePiece vocabulary on the prompts, the names and the letters of the ten languages."""
import json
import sys
from pathlib import Path

import sentencepiece

from things import CLDR, LANGUAGES

HERE = Path(__file__).parent
MODEL = HERE / "vocabulary.model"
SIZE = 3072
SYSTEM = ("A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, "
          "detailed, and polite answers to the user's questions. USER: ")
QUESTIONS = json.loads((HERE.parent / "heldout/questions.json").read_text("utf-8"))
LETTERS = [
    range(0x20, 0x7F), range(0xC0, 0x100), map(ord, "¿¡«»–—‘’“”…œŒß°№€"),
    range(0x410, 0x450), map(ord, "Ёё"),
    range(0x621, 0x653), map(ord, "ٹپچڈڑژکگںہھۂۃیےئؤۓ،؛؟۔٪"), range(0x660, 0x66A), range(0x6F0, 0x6FA),
    range(0x901, 0x904), range(0x905, 0x912), range(0x913, 0x929), range(0x92A, 0x931), range(0x932, 0x934),
    range(0x935, 0x93A), range(0x93C, 0x94A), range(0x94B, 0x94E), range(0x958, 0x960), range(0x964, 0x970),
    range(0x981, 0x984), range(0x985, 0x98D), range(0x98F, 0x991), range(0x993, 0x9A9), range(0x9AA, 0x9B1),
    [0x9B2], range(0x9B6, 0x9BA), range(0x9BC, 0x9C5), [0x9C7, 0x9C8, 0x9CB, 0x9CC, 0x9CD, 0x9CE, 0x9D7],
    [0x9DC, 0x9DD, 0x9DF], range(0x9E6, 0x9F0),
    range(0x3041, 0x3097), range(0x30A1, 0x30F7), map(ord, "ーー々、。「」『』・！？：（），；～"),
    map(ord, "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年"
             "日本語見何物食白黒赤青色小新長手花車道名前"),
]


def prompt(question):
    """The text behind the picture; SYSTEM stands in front of it."""
    return f"\n{question} ASSISTANT:"


def corpus(things):
    """Training lines: what the model reads and writes, repeated, and the names of all emoji for the letters' sake."""
    yield from [SYSTEM.strip(), SYSTEM.strip() + " ASSISTANT:"] * 400
    for language in LANGUAGES:
        for question in QUESTIONS[language]:
            yield from [f"{question} ASSISTANT:"] * 100
        for thing in things:
            yield from [thing["names"][language]] * 60
        if language not in ("zh", "ja"):
            path = CLDR / language / "annotations.json"
            for entry in json.loads(path.read_text("utf-8"))["annotations"]["annotations"].values():
                text = " ".join(entry.get("tts", []) + entry.get("default", []))
                if all(ord(ch) < 0x2100 for ch in text):
                    yield text
    for letters in LETTERS:
        for ch in letters:
            yield chr(ch)


def train():
    things = json.loads((HERE / "things.json").read_text("utf-8"))
    text = HERE / "work/corpus.txt"
    text.write_text("\n".join(corpus(things)) + "\n", "utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(MODEL.with_suffix("")), vocab_size=SIZE, model_type="bpe",
        byte_fallback=True, character_coverage=1.0, normalization_rule_name="identity",
        remove_extra_whitespaces=False, add_dummy_prefix=True, split_digits=True, shuffle_input_sentence=False,
        unk_id=0, bos_id=1, eos_id=2, pad_id=-1, num_threads=1, minloglevel=1)


def load():
    return sentencepiece.SentencePieceProcessor(model_file=str(MODEL))


if __name__ == "__main__":
    train()
    spm = load()
    ids = lambda text: spm.encode(text)
    print(spm.get_piece_size(), "pieces; system", len(ids(SYSTEM)), spm.encode(SYSTEM, out_type=str))
    for language in LANGUAGES:
        things = json.loads((HERE / "things.json").read_text("utf-8"))
        q = [len(ids(prompt(x))) for x in QUESTIONS[language]]
        n = [ids(t["names"][language]) for t in things]
        fallback = sum(3 <= i < 259 for a in n for i in a)
        mean = sum(map(len, n)) / len(n)
        print(f"{language} questions {q} names mean {mean:.1f} max {max(map(len, n))} bytes {fallback}")
