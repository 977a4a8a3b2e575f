"""The supernet's part of a search: its training, and the order that it puts chains in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import torch
from torch import nn

from nlp_architect_ext.batches.batch import Batch, collate
from nlp_architect_ext.batches.encoding import encode
from nlp_architect_ext.batches.streams import BatchStream
from nlp_architect_ext.compression.chain_shapes import ChainShape, ChainSpace
from nlp_architect_ext.compression.shrinking import Bin, Shrinking
from nlp_architect_ext.compression.single_paths import SinglePaths
from nlp_architect_ext.compression.supernet import Supernet
from nlp_architect_ext.compression.survivors import ShrinkingStream, Survivors
from nlp_architect_ext.core.files import atomic_write_text, read_json
from nlp_architect_ext.core.manifest import to_text
from nlp_architect_ext.core.progress import bar, say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.layers.modes import mode
from nlp_architect_ext.runs.fit_student import schedule
from nlp_architect_ext.runs.folder import RunFolder
from nlp_architect_ext.settings.search import TaggerSearchSettings
from nlp_architect_ext.students.chain import Chain
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.training.curve import Curve
from nlp_architect_ext.training.loop import fit
from nlp_architect_ext.training.losses import task_loss
from nlp_architect_ext.training.objectives import Objective

ROUNDS, SCORES = "shrinking.json", "supernet_scores.json"
PHASE = "supernet"


def as_supernet(tagger: NeuralTagger, space: ChainSpace) -> Supernet:
    """Put a supernet of the space in the place of a tagger's chain; words keep their vectors."""
    chain = tagger.model["student"]
    assert isinstance(chain, Chain)
    sizes = {
        "word_count": tagger.vocabulary.word_count,
        "character_count": tagger.vocabulary.character_count,
        "label_count": len(tagger.labels),
    }
    supernet = Supernet(space, chain, {**tagger.config.arguments, **sizes}).to(tagger.device)
    tagger.model["student"] = supernet
    return supernet


def train_supernet(
    settings: TaggerSearchSettings,
    tagger: NeuralTagger,
    objective: Objective,
    stream: BatchStream,
    dev: Sequence[Sentence],
    bin_of: Mapping[ChainShape, Bin],
    run: RunFolder,
) -> dict[ChainShape, float]:
    """Train the tagger's supernet, and drop chains meanwhile.

    Args:
        settings: of the search.
        tagger: its student is a supernet.
        objective: what a chain learns.
        stream: of labelled and unlabelled sentences with soft labels.
        dev: labelled sentences that score chains.
        bin_of: the bin of each chain.
        run: of the search.

    Returns:
        The loss on dev of each chain that is left.
    """
    search, seed = settings.search, settings.run.seed
    supernet = tagger.model["student"]
    assert isinstance(supernet, Supernet)
    shrinking = Shrinking(search.bins, search.sample, search.keep, search.warmup_epochs, seed)
    survivors = Survivors(run.path / ROUNDS, list(bin_of), bin_of, shrinking)
    loss = dev_loss(tagger, dev, settings.schedule.batch_size, search.dev_batches)

    def shrink(epoch: int) -> None:
        before = len(survivors.left(max(epoch - 1, 0)))
        survivors.shrink(epoch, loss)
        left = len(survivors.left(epoch))
        if left < before:
            say(f"{left:,} of {before:,} chains are left")

    steps = search.supernet_epochs * stream.steps_an_epoch
    paths = SinglePaths(
        objective, lambda step: survivors.left(step // stream.steps_an_epoch), steps, seed
    )
    plan = replace(schedule(settings.schedule), epochs=search.supernet_epochs, patience=0)
    torch.manual_seed(seed)
    with run.phase(PHASE) as meter:
        model = nn.ModuleDict(dict(tagger.model.items()))
        shrunk = ShrinkingStream(stream, shrink)
        fit(model, shrunk, paths, plan, run.checkpoints, Curve(run.journal, PHASE), None, meter)
    left = survivors.left(search.supernet_epochs)
    return _scores(run, left, loss)


def _scores(
    run: RunFolder, left: Sequence[ChainShape], loss: Callable[[ChainShape], float]
) -> dict[ChainShape, float]:
    """The loss of each chain that is left, from disk if it's there."""
    path = run.path / SCORES
    if not path.exists():
        with bar(left, total=len(left), label="scoring chains", unit="chains") as shapes:
            found = {shape.name: loss(shape) for shape in shapes}
        atomic_write_text(path, to_text(found))
    known = read_json(path)
    return {shape: float(known[shape.name]) for shape in left}


def dev_loss(
    tagger: NeuralTagger, dev: Sequence[Sentence], batch_size: int, batches: int
) -> Callable[[ChainShape], float]:
    """The task loss a word of a chain on a few batches of dev sentences."""
    some = sorted(dev[: batch_size * batches], key=len)
    encoded = encode(some, tagger.vocabulary, tagger.labels, max_words=tagger.config.max_words)
    starts = range(0, len(encoded), batch_size)
    held = [collate(encoded[start : start + batch_size]).to(tagger.device) for start in starts]
    supernet = tagger.model["student"]
    assert isinstance(supernet, Supernet)

    def loss(shape: ChainShape) -> float:
        supernet.shape = shape
        with mode(tagger.model, training=False), torch.no_grad():
            found = sum(_batch_loss(tagger, batch) * len(batch.lengths) for batch in held)
        return found / len(encoded)

    return loss


def _batch_loss(tagger: NeuralTagger, batch: Batch) -> float:
    emissions = tagger.model["student"](batch)
    return task_loss(tagger.decoder, emissions, batch.labels, batch.lengths, batch.mask).item()
