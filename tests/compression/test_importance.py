"""Scores of units: against what really happens without them."""

from __future__ import annotations

import pytest
import torch
from random_encoders import MASK, batch, bert, states
from scipy.stats import spearmanr
from tokenizers import Tokenizer, models

from nlp_architect_ext.compression.importance import importance, masked, masking_piece
from nlp_architect_ext.core.errors import UserError


def scores(teacher, batches=None, seed=0):
    return importance(teacher, [batch()] if batches is None else batches, MASK, seed)


def test_heads_are_ordered_as_by_taking_each_away():
    teacher, inputs = bert(layers=4, hidden=32, heads=8, spread=0.2), batch(sentences=16)
    hidden = masked(
        inputs["input_ids"], inputs["attention_mask"], MASK, torch.Generator().manual_seed(0)
    )
    wanted = states(teacher, inputs)

    def losses():
        squared = (states(teacher, inputs | {"input_ids": hidden}) - wanted).square().mean(dim=1)
        lengths = inputs["attention_mask"].sum(dim=1).tolist()
        return torch.stack([one.mean() for one in squared.split(lengths)])

    whole, found = losses(), []
    for layer in teacher.encoder.layer:
        output = layer.attention.output.dense.weight
        for head in range(8):
            kept = output.detach().clone()
            output.data[:, 4 * head : 4 * head + 4] = 0
            found.append((losses() - whole).abs().sum().item())
            output.data.copy_(kept)
    estimated = torch.cat([layer.heads for layer in scores(teacher, [inputs]).layers])
    assert spearmanr(estimated, found).statistic > 0.5


def test_units_that_nothing_reads_have_no_importance():
    teacher = bert()
    layer = teacher.encoder.layer[1]
    layer.attention.output.dense.weight.data[:, 8:16] = 0
    layer.output.dense.weight.data[:, 5] = 0
    found = scores(teacher).layers[1]
    assert (found.heads == 0).tolist() == [False, True, False]
    assert (found.neurons == 0).nonzero().tolist() == [[5]]


def test_padding_and_neighbours_in_the_batch_count_for_nothing():
    teacher, ids = bert(), torch.tensor([[8, 20, 9]])  # one inner piece: the draw has no say
    mask = torch.ones_like(ids)
    alone = scores(teacher, [{"input_ids": ids, "attention_mask": mask}])
    padding = torch.zeros(1, 6, dtype=torch.long)
    longer = {"input_ids": torch.cat([ids, padding], dim=1)}
    longer["attention_mask"] = torch.cat([mask, padding], dim=1)
    padded = scores(teacher, [longer])
    twice = scores(teacher, [{name: torch.cat([one, one]) for name, one in longer.items()}])
    torch.testing.assert_close(padded.hidden, alone.hidden, rtol=1e-4, atol=0)
    torch.testing.assert_close(twice.hidden, 2 * alone.hidden, rtol=1e-4, atol=0)


def test_a_frozen_teacher_has_the_same_scores_and_is_left_as_it_was():
    teacher = bert().train()
    expected = scores(teacher)
    assert teacher.training
    assert all(parameter.grad is None for parameter in teacher.parameters())
    teacher.requires_grad_(False)
    found = scores(teacher)
    assert torch.equal(found.hidden, expected.hidden)
    assert torch.equal(found.layers[2].heads, expected.layers[2].heads)


def test_inner_pieces_are_masked_and_at_least_one():
    inputs = batch(sentences=50, longest=19)
    ids, mask = inputs["input_ids"], inputs["attention_mask"]
    found = masked(ids, mask, MASK, torch.Generator().manual_seed(1))
    changed = found == MASK
    lengths = mask.sum(dim=1)
    assert torch.equal(changed.sum(dim=1), ((lengths - 2) * 0.15).ceil().long())
    assert not changed[:, 0].any()
    assert not changed[torch.arange(50), lengths - 1].any()
    assert torch.equal(found[~changed], ids[~changed])


def test_the_piece_that_masks_is_found_or_asked_for():
    vocabulary = {"[UNK]": 0, "<mask>": 1}
    assert masking_piece(Tokenizer(models.WordLevel(vocabulary, "[UNK]")), "t") == 1
    with pytest.raises(UserError, match="etd-rand"):
        masking_piece(Tokenizer(models.WordLevel({"a": 0}, "a")), "t")
