"""Trains the SentencePiece vocabulary on the questions, the names and the letters of the ten languages."""
import json
from pathlib import Path

import sentencepiece

from things import CLDR, LANGUAGES

HERE = Path(__file__).parent
MODEL = HERE / "vocabulary.model"
SIZE = 6144
SYSTEM = ("A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, "
          "detailed, and polite answers to the user's questions. USER: ")
TEXTS = json.loads((HERE / "texts.json").read_text("utf-8"))
THINGS = json.loads((HERE / "things.json").read_text("utf-8"))
# How often a language's lines are repeated: languages that cost more pieces than others get more.
WEIGHTS = {"en": 3, "zh": 3, "hi": 5, "es": 5, "fr": 4, "ar": 5, "bn": 5, "ru": 6, "ur": 5, "ja": 5}
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
]


def prompt(question):
    """The text behind the picture; SYSTEM stands in front of it."""
    return f"\n{question} ASSISTANT:"


def questions(language):
    """Every question of a language; a name is to be filled in where there is {}."""
    for kind, texts in TEXTS.items():
        if kind == "and":
            yield from texts[language].values()
        elif kind not in ("answers", "colours"):
            yield from texts[language]


def corpus():
    """Training lines: what the model reads and writes, repeated."""
    yield from [SYSTEM.strip(), SYSTEM.strip() + " ASSISTANT:", "USER", "ASSISTANT:"] * 400
    for language in LANGUAGES:
        weight = WEIGHTS[language]
        for question in questions(language):
            # Without spaces a whole question would become one piece.
            yield from [f"{question.format('')} ASSISTANT:"] * (3 if language in ("zh", "ja") else 40 * weight)
        for text in [*TEXTS["answers"][language].values(), *TEXTS["colours"][language]]:
            yield from [text] * 20 * weight
        for thing in THINGS:
            yield from [thing["names"][language]] * 4 * weight
    for letters in LETTERS:
        for ch in letters:
            yield chr(ch)


def train():
    text = HERE / "work/corpus.txt"
    text.write_text("\n".join(corpus()) + "\n", "utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(MODEL.with_suffix("")), vocab_size=SIZE, model_type="bpe",
        byte_fallback=True, character_coverage=1.0, normalization_rule_name="identity",
        remove_extra_whitespaces=False, add_dummy_prefix=True, split_digits=True, shuffle_input_sentence=False,
        unk_id=0, bos_id=1, eos_id=2, pad_id=-1, num_threads=1, minloglevel=1)


def load():
    return sentencepiece.SentencePieceProcessor(model_file=str(MODEL))


def report():
    """Tokens per question and per name in each language."""
    spm = load()
    print(spm.get_piece_size(), "pieces; system", len(spm.encode(SYSTEM)), spm.encode("USER: x", out_type=str))
    for language in LANGUAGES:
        asked = [len(spm.encode(q.replace("{}", ""))) for q in questions(language)]
        names = [spm.encode(t["names"][language]) for t in THINGS]
        fallback = sum(3 <= i < 259 for ids in names for i in ids)
        print(f"{language} questions {sum(asked) / len(asked):.1f}, names {sum(map(len, names)) / len(names):.2f}, "
              f"longest {max(map(len, names))}, bytes {fallback}")


if __name__ == "__main__":
    train()
    report()
