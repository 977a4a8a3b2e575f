"""Small exports for the kernel's test programs: `python tests/native/write_models.py FOLDER`.

Each lies in a folder of its name. `files/` has their files one by one, as `fuzz_files.cpp` reads
them: a byte in front says what a file is. `models/` has exports in one piece, with a text, as
`fuzz_model.cpp` reads them.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from test_tagger import new_tagger

KINDS = {".json": b"\x00", ".safetensors": b"\x01"}
PARTS = ("config.json", "vocabulary.json", "words.safetensors", "network.safetensors")
PARTS += ("splitting.json",)
TEXT = "Anna met Bo, x@example.org 😀 in\nOslo. (U.K.: $3.50) ".encode()
SMALL = {"word_width": 8, "character_filters": 8, "lstm_width": 6}
OPERATIONS = ["lstm", "conv3", "attention", "separable5", "lstm", "feed-forward"]
EXPORTS = {
    "softmax": {},
    "crf": {"decoder": "crf", "tokenizer": "whitespace", "outside_bias": 0.5},
    "deep": {"arguments": SMALL | {"lstm_layers": 3}, "tokenizer": "whitespace", "max_words": 3},
    "id-cnn": {
        "student": "id-cnn",
        "arguments": {"word_width": 8, "filters": 16},
        "tokenizer": "whitespace",
    },
    "chain": {
        "student": "chain",
        "arguments": {"word_width": 8, "width": 48, "operations": OPERATIONS},
        "tokenizer": "whitespace",
    },
}


def pieces(*contents: bytes) -> bytes:
    """Contents in a row, each behind its length."""
    return b"".join(len(content).to_bytes(4, "little") + content for content in contents)


def write_models(folder: Path) -> None:
    """Write exports of several networks, rounded and not, and the seeds of the fuzzers."""
    for seeds in (folder / "files", folder / "models"):
        seeds.mkdir(parents=True, exist_ok=True)
    (folder / "models" / "text").write_bytes(pieces(*[b""] * len(PARTS), TEXT))
    for name, changes in EXPORTS.items():
        for precision in ("int8", "fp32"):
            export = folder / f"{name}-{precision}"
            new_tagger(**changes).export(export, precision)
            contents = {
                path.name: path.read_bytes() for path in export.iterdir() if path.suffix in KINDS
            }
            for file, content in contents.items():
                kind = KINDS[Path(file).suffix]
                (folder / "files" / f"{export.name}-{file}").write_bytes(kind + content)
            packed = pieces(*(contents.get(part, b"") for part in PARTS), TEXT)
            (folder / "models" / export.name).write_bytes(packed)


if __name__ == "__main__":
    write_models(Path(sys.argv[1]))
