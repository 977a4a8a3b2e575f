"""Writes a model folder of NLP Architect 0.5 as data: run it where NLP Architect is installed.

    python write_old_model.py path/to/model

It needs Python 3.6, the torch and the nlp_architect that the model was trained with, and nothing
else. Beside the folder's own files it writes `weights.safetensors` and `old_model.json`, which
`nlp-train import_nlp_architect` makes a tagger of. Loading a pickle can run what its author wants:
take your own models only.
"""

import argparse
import json
import pickle  # what NLP Architect kept its vocabulary in
import struct
from pathlib import Path
from typing import Any

import torch

FORMAT_VERSION = 1
UNKNOWN = "<UNK>"
FIRST_WORD = 2  # after padding and the unknown word


def main(arguments: Any = None) -> None:
    """Read the old files and write the new ones."""
    parser = argparse.ArgumentParser(description="Write a model of NLP Architect 0.5 as data.")
    parser.add_argument("model_dir", type=Path, help="folder with model.bin")
    parser.add_argument(
        "--output_dir", type=Path, help="where the two files go; the model's folder if not given"
    )
    parser.add_argument(
        "--max_word_length",
        type=int,
        default=12,
        help="as in the command that trained the model, which doesn't tell (default: 12)",
    )
    given = parser.parse_args(arguments)
    if given.max_word_length < 1:
        raise SystemExit("--max_word_length: expected at least 1")
    output = given.output_dir or given.model_dir
    description, weights = old_model(given.model_dir, given.max_word_length)
    output.mkdir(parents=True, exist_ok=True)
    write_weights(output / "weights.safetensors", weights)
    # Written last: where it is, the weights are whole.
    text = json.dumps(description, indent=1)
    (output / "old_model.json").write_text(text + "\n", encoding="ascii")
    print(f"written to {output}: old_model.json, weights.safetensors")


def old_model(folder: Path, max_word_length: int) -> tuple:
    """What the folder holds, as plain data, and its weights by name."""
    from nlp_architect.utils.text import all_letters

    network = load(folder / "model.bin")
    weights = weights_of(network, "model")
    crf = folder / "crf.bin"
    if crf.exists():
        weights.update(weights_of(load(crf), "crf"))
    description = {
        "format": "a model of NLP Architect",
        "format_version": FORMAT_VERSION,
        "network": type(network).__name__,
        "arguments": arguments_of(network),
        "crf": crf.exists(),
        "labels": labels_of(folder / "labels.txt"),
        "letters": all_letters,
        "max_word_length": max_word_length,
        "words": words_of(folder / "w_vocab.dat"),
    }
    return description, weights


def load(path: Path) -> torch.nn.Module:
    """A module that NLP Architect saved, on the CPU, without what spreads it over GPUs."""
    if not path.exists():
        raise SystemExit(f"{path}: no such file; expected a folder that NLP Architect wrote")
    try:
        module = torch.load(str(path), map_location="cpu", weights_only=False)
    except TypeError:  # torch 1 loads whole modules without being asked
        module = torch.load(str(path), map_location="cpu")
    return getattr(module, "module", module)


def arguments_of(network: torch.nn.Module) -> dict:
    """What the shapes of the weights don't tell."""
    name = type(network).__name__
    if name == "CNNLSTM":
        return {"dropout": network.dropout.p}
    if name == "IDCNN":
        return {
            "blocks": network.num_blocks,
            "dilations": list(network.dilation),
            "hidden_dropout": network.h_drop.p,
            "input_dropout": network.i_drop.p,
            "middle_dropout": network.m_drop.p,
        }
    raise SystemExit(f"model.bin: a {name}; expected CNNLSTM or IDCNN")


def weights_of(module: torch.nn.Module, prefix: str) -> dict:
    """Numbers by name, as 32-bit floats."""
    return {
        f"{prefix}.{name}": tensor.detach().float().contiguous()
        for name, tensor in module.state_dict().items()
    }


def labels_of(path: Path) -> list:
    """The labels in the order of their ids, the first of which is 1."""
    with path.open(encoding="utf-8") as file:
        return [line.strip() for line in file]


def words_of(path: Path) -> list:
    """The words in the order of their ids, the first of which is 2."""
    with path.open("rb") as file:
        ids = dict(pickle.load(file).vocab)  # noqa: S301
    if ids.pop(UNKNOWN, None) != FIRST_WORD - 1:
        raise SystemExit(f"{path}: expected {UNKNOWN} with the id {FIRST_WORD - 1}")
    words = sorted(ids, key=ids.get)
    if [ids[word] for word in words] != list(range(FIRST_WORD, FIRST_WORD + len(words))):
        raise SystemExit(f"{path}: expected ids without a gap, from {FIRST_WORD} on")
    return words


def write_weights(path: Path, weights: dict) -> None:
    """A safetensors file: the length of the header, the header, the numbers."""
    header, end = {}, 0
    for name, tensor in weights.items():
        start, end = end, end + 4 * tensor.numel()
        header[name] = {
            "dtype": "F32",
            "shape": list(tensor.shape),
            "data_offsets": [start, end],
        }
    text = json.dumps(header).encode("ascii")
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for tensor in weights.values():
            file.write(tensor.numpy().astype("<f4").tobytes())


if __name__ == "__main__":
    main()
