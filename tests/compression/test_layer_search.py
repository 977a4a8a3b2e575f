"""Search over layer mappings: planted optima, replays, and what is said of noise."""

from __future__ import annotations

import random
import sys
from itertools import pairwise

import pytest

from nlp_architect_ext.compression.fitness_store import StoredFitness
from nlp_architect_ext.compression.layer_search import (
    Evaluation,
    Searched,
    Space,
    genetic_search,
    random_search,
    search_mapping,
)
from nlp_architect_ext.core.errors import UserError

SPACE, PLANTED = Space(4, 6), (0, 2, 3, 6)


def planted(gene, seed=0):
    distance = sum(abs(one - best) for one, best in zip(gene, PLANTED, strict=True))
    decreases = any(later < one for one, later in pairwise(gene))
    return float(-distance - decreases)


@pytest.fixture
def with_optuna():
    pytest.importorskip("optuna", reason="the `search` extra isn't installed")


@pytest.mark.usefixtures("with_optuna")
def test_a_planted_optimum_is_found_where_chance_misses_it():
    ga, chance = 0, 0
    for seed in range(6):
        history = genetic_search(SPACE, planted, 120, seed)
        assert len({one.gene for one in history}) == len(history) <= 120
        ga += max(one.fitness for one in history) == 0
        chance += max(one.fitness for one in random_search(SPACE, planted, 120, seed)) == 0
    assert ga >= 5
    assert chance <= 2


@pytest.mark.usefixtures("with_optuna")
@pytest.mark.parametrize("search", [genetic_search, random_search])
def test_the_same_seed_has_the_same_history(search):
    once, again, other = (search(SPACE, planted, 30, seed) for seed in (1, 1, 2))
    assert once == again != other
    assert len(once) == 30


@pytest.mark.usefixtures("with_optuna")
def test_a_genetic_search_begins_with_the_genes_that_it_is_given():
    history = genetic_search(SPACE, planted, 12, 0, (SPACE.uniform, SPACE.last))
    assert [one.gene for one in history[:2]] == [(2, 3, 4, 6), (0, 0, 0, 6)]


@pytest.mark.usefixtures("with_optuna")
@pytest.mark.parametrize("gene", [(1, 2, 3), (1, 2, 3, 7)])
def test_genes_of_another_space_are_refused(gene):
    with pytest.raises(UserError, match=r"expected uniform, last, ga, or a layer"):
        genetic_search(SPACE, planted, 5, 0, (gene,))


def test_a_small_space_is_tried_out_whole():
    space = Space(2, 3)
    found = search_mapping(space, lambda gene, seed: float(sum(gene)), 16, 2, 0)
    assert len(found.ga) == space.size == 16
    assert found.ga == found.random
    assert found.winner.gene == (3, 3)
    assert found.uniform.gene == (2, 3)
    assert found.last.gene == (0, 3)


@pytest.mark.usefixtures("with_optuna")
def test_an_interrupted_search_goes_on_from_the_store_and_ends_the_same(tmp_path):
    def noisy(gene, seed):
        return planted(gene) + random.Random(str((gene, seed))).random()

    class KilledError(Exception):
        pass

    def killed_at_15(gene, seed):
        if store.computed == 15:
            raise KilledError
        return noisy(gene, seed)

    whole = search_mapping(SPACE, noisy, 25, 2, 3)
    store = StoredFitness(killed_at_15, tmp_path, {"text": "a"})
    with pytest.raises(KilledError):
        search_mapping(SPACE, store, 25, 2, 3)
    resumed = StoredFitness(noisy, tmp_path, {"text": "a"})
    assert search_mapping(SPACE, resumed, 25, 2, 3) == whole
    again = StoredFitness(killed_at_15, tmp_path, {"text": "a"})
    assert search_mapping(SPACE, again, 25, 2, 3) == whole
    assert again.computed == 0
    assert len(list(tmp_path.iterdir())) == 15 + resumed.computed


def test_a_fitness_counts_for_what_decided_it_only(tmp_path):
    def at(**decided_by):
        return StoredFitness(lambda gene, seed: 0.25, tmp_path, decided_by)

    first = at(text="a")
    assert [first((1, 2), 0), first((1, 2), 0)] == [0.25, 0.25]
    assert first.computed == 1
    for other, gene, seed in ((at(text="b"), (1, 2), 0), (first, (2, 1), 0), (first, (1, 2), 1)):
        before = other.computed
        other(gene, seed)
        assert other.computed == before + 1


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"fitness": "high"}'])
def test_a_damaged_fitness_is_computed_again(tmp_path, damage):
    StoredFitness(lambda gene, seed: 0.25, tmp_path, {})((1,), 0)
    next(tmp_path.iterdir()).write_text(damage)
    store = StoredFitness(lambda gene, seed: 0.25, tmp_path, {})
    assert store((1,), 0) == 0.25
    assert store.computed == 1


def searched(fitnesses, repeats):
    genes = [Evaluation((number,), fitness) for number, fitness in enumerate(fitnesses)]
    return Searched(tuple(genes), tuple(genes), genes[0], genes[1], tuple(repeats))


def test_a_winner_among_noise_is_not_recommended():
    found = searched([0.5, 0.52, 0.48], repeats=[0.4, 0.6])
    assert found.is_lottery
    assert found.recommended == found.uniform.gene == (0,)


def test_a_winner_above_the_noise_is_recommended():
    found = searched([0.5, 0.7, 0.3], repeats=[0.49, 0.51])
    assert not found.is_lottery
    assert found.recommended == found.winner.gene == (1,)
    assert (found.noise, found.spread) == (pytest.approx(0.01), pytest.approx(0.2))


def test_mappings_that_are_all_alike_are_not_worth_a_search():
    assert searched([0.5, 0.5], repeats=[0.5]).recommended == (0,)


def test_without_the_extra_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(UserError, match=r"nlp-architect-ext\[search\]"):
        random_search(SPACE, planted, 5, 0)
