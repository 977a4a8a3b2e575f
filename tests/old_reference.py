"""Makes a model with NLP Architect's own classes, saves it as they do, and says what they say.

Runs in `old_environment`: `python old_reference.py SCRIPT TASKS.json`. A task names network,
arguments, labels, whether there's a CRF, known words, sentences and the folder. Sentences go in one
by one, so none is padded; the answers go into the folder. Then the script that users run there
writes the folder as data.
"""

import itertools
import json
import runpy
import sys
from pathlib import Path

import torch
from nlp_architect.data.sequential_tagging import TokenClsProcessor
from nlp_architect.models.tagging import NeuralTagger
from nlp_architect.nn.torch.modules.embedders import CNNLSTM, IDCNN
from nlp_architect.utils.text import Vocabulary

NEVER = -1000.0


def new_tagger(task):
    torch.manual_seed(task["seed"])
    labels = task["labels"]
    vocabulary = Vocabulary(start=1)
    for word in task["words"]:
        vocabulary.add(word)
    network_class = {"CNNLSTM": CNNLSTM, "IDCNN": IDCNN}[task["network"]]
    network = network_class(len(vocabulary) + 1, len(labels) + 1, **task["arguments"])
    tagger = NeuralTagger(network, vocabulary, labels=labels, use_crf=task["crf"])
    with torch.no_grad():
        for name, weights in network.named_parameters():
            if "embedding" not in name:
                weights.mul_(2)  # scores of a size that errors show in
        network.dense.bias[0] = NEVER  # as in a trained network: no word's label is padding
        if task["crf"]:
            for scores in tagger.crf.parameters():
                torch.nn.init.normal_(scores)
            forbid_illegal_pairs(tagger.crf, ["PADDING", *labels])
    return tagger


def forbid_illegal_pairs(crf, names):
    """As training on IOB2 teaches it."""
    for (before, first), (after, second) in itertools.product(enumerate(names), repeat=2):
        if second.startswith("I-") and first[1:] != second[1:]:
            crf.transitions[before, after] = NEVER
    for after, name in enumerate(names):
        if name.startswith("I-"):
            crf.start_transitions[after] = NEVER


@torch.no_grad()
def answer(tagger, words, max_word_length):
    (example,) = TokenClsProcessor._create_examples([(words, ["O"] * len(words))], "test")
    features = tagger.convert_to_tensors(
        [example], len(words), max_word_length, include_labels=False
    )
    inputs = tagger.batch_mapper(features.tensors)
    tagger.model.eval()
    emissions = tagger.model(**inputs)
    if tagger.use_crf:
        (ids,) = tagger.crf.decode(emissions, mask=inputs["mask"] != 0.0)
    else:
        ids = emissions[0].argmax(dim=1).tolist()
    names = [tagger.label_id_str.get(id_, "O") for id_ in ids]
    return {"emissions": emissions[0].tolist(), "labels": names}


def main(script, tasks):
    write_old_model = runpy.run_path(script)["main"]
    for task in json.loads(Path(tasks).read_text(encoding="utf-8")):
        tagger = new_tagger(task)
        length = task["max_word_length"]
        answers = [answer(tagger, words, length) for words in task["sentences"]]
        tagger.save_model(task["folder"])
        write_old_model([task["folder"], f"--max_word_length={length}"])
        place = Path(task["folder"]) / "answers.json"
        place.write_text(json.dumps(answers), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
