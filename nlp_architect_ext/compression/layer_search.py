"""Search for the mapping of layers that teaches a smaller encoder best."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import stdev
from typing import Any

from nlp_architect_ext.compression.mapping import LAST, UNIFORM, layer_mapping
from nlp_architect_ext.core.errors import UserError

Gene = tuple[int, ...]  # for each layer of the student one of the teacher's, from 1; 0 for none
Fitness = Callable[[Gene, int], float]  # of a gene, with what a seed decides; higher is better

POPULATION = 10
MOST_REPEATS = 20  # an algorithm may ask for genes that it has seen; then it's stopped at last


@dataclass(frozen=True, slots=True)
class Space:
    """All genes of M numbers from 0 to N.

    Args:
        layers: M, of the student.
        teacher_layers: N.
    """

    layers: int
    teacher_layers: int

    @property
    def size(self) -> int:
        """How many genes there are."""
        return int((self.teacher_layers + 1) ** self.layers)

    @property
    def uniform(self) -> Gene:
        """Layers evenly spread."""
        return layer_mapping(UNIFORM, self.layers, self.teacher_layers)

    @property
    def last(self) -> Gene:
        """The last layer alone."""
        return layer_mapping(LAST, self.layers, self.teacher_layers)

    def genes(self) -> Iterator[Gene]:
        """All of them."""
        return itertools.product(range(self.teacher_layers + 1), repeat=self.layers)

    def check(self, gene: Gene) -> None:
        """Refuse a gene of another length, or with a layer that the teacher hasn't.

        Raises:
            UserError: it's one.
        """
        layer_mapping(",".join(map(str, gene)), self.layers, self.teacher_layers)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A gene and its fitness."""

    gene: Gene
    fitness: float


def best(history: Sequence[Evaluation]) -> Evaluation:
    """The first of the highest fitness, among genes that teach a layer if there is one."""
    taught = [one for one in history if any(one.gene)]
    return max(taught or history, key=lambda one: one.fitness)


def enumerate_genes(space: Space, fitness: Fitness, seed: int) -> list[Evaluation]:
    """Every gene's fitness."""
    return [Evaluation(gene, fitness(gene, seed)) for gene in space.genes()]


def genetic_search(
    space: Space, fitness: Fitness, evaluations: int, seed: int, begin: Sequence[Gene] = ()
) -> list[Evaluation]:
    """The history of a genetic algorithm: NSGA-II with a population of `POPULATION`.

    Sources: "Layer mapping by genetic algorithm" (2012.06153) for the idea; Deb et al. (2002), "A
    Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II", as optuna has it.

    Args:
        space: the genes.
        fitness: of a gene.
        evaluations: distinct genes to try, at most.
        seed: decides what is tried, together with the fitnesses.
        begin: genes of the first population; the others are random.

    Raises:
        UserError: optuna isn't installed, or a gene to begin with isn't in the space.
    """
    for gene in begin:
        space.check(gene)
    sampler = _optuna().samplers.NSGAIISampler(population_size=POPULATION, seed=seed)
    return _history(sampler, space, fitness, evaluations, seed, begin)


def random_search(space: Space, fitness: Fitness, evaluations: int, seed: int) -> list[Evaluation]:
    """The history of trying genes at random: the control of `genetic_search`.

    Raises:
        UserError: optuna isn't installed.
    """
    sampler = _optuna().samplers.RandomSampler(seed=seed)
    return _history(sampler, space, fitness, evaluations, seed, ())


def _history(
    sampler: Any,
    space: Space,
    fitness: Fitness,
    evaluations: int,
    seed: int,
    begin: Sequence[Gene],
) -> list[Evaluation]:
    """Distinct genes in the order in which they were tried."""
    study = _optuna().create_study(direction="maximize", sampler=sampler)
    names = [f"layer {number}" for number in range(1, space.layers + 1)]
    for gene in begin:
        study.enqueue_trial(dict(zip(names, gene, strict=True)))
    found: dict[Gene, Evaluation] = {}
    wanted = min(evaluations, space.size)
    for _ in range(MOST_REPEATS * evaluations):
        if len(found) == wanted:
            break
        trial = study.ask()
        gene = tuple(trial.suggest_int(name, 0, space.teacher_layers) for name in names)
        if gene not in found:
            found[gene] = Evaluation(gene, fitness(gene, seed))
        study.tell(trial, found[gene].fitness)
    return list(found.values())


def check_search(space: Space, evaluations: int) -> None:
    """Refuse a search that can't be made, before any work is done.

    Raises:
        UserError: there are more genes than evaluations, and optuna isn't installed.
    """
    if space.size > evaluations:
        _optuna()


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        raise UserError(
            where="mapping 'ga'",
            wrong="optuna isn't installed",
            expected="the extra `search`",
            remedy="call pip install 'nlp-architect-ext[search]', or take uniform",
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


@dataclass(frozen=True)
class Searched:
    """What a search found, beside its control and its noise.

    Args:
        ga: history of the genetic algorithm, or all genes.
        random: history of random search, or all genes.
        uniform: the uniform mapping.
        last: that of the last layer alone.
        repeats: fitness of the uniform mapping with other seeds.
    """

    ga: tuple[Evaluation, ...]
    random: tuple[Evaluation, ...]
    uniform: Evaluation
    last: Evaluation
    repeats: tuple[float, ...]

    @property
    def winner(self) -> Evaluation:
        """The best of the genetic algorithm."""
        return best(self.ga)

    @property
    def winner_of_random(self) -> Evaluation:
        """The best of random search."""
        return best(self.random)

    @property
    def noise(self) -> float:
        """Standard deviation of one gene's fitness over seeds."""
        return stdev((self.uniform.fitness, *self.repeats))

    @property
    def spread(self) -> float:
        """Standard deviation of fitness over random genes, each with the same seed."""
        values = [one.fitness for one in self.random]
        return stdev(values) if len(values) > 1 else 0.0

    @property
    def is_lottery(self) -> bool:
        """Whether seeds move the fitness as much as mappings do."""
        return self.noise >= self.spread

    @property
    def recommended(self) -> Gene:
        """The winner, or the uniform mapping where the winner is one of a lottery."""
        return self.uniform.gene if self.is_lottery else self.winner.gene


def search_mapping(
    space: Space, fitness: Fitness, evaluations: int, repeats: int, seed: int
) -> Searched:
    """Search by genetic algorithm and at random, and measure the noise of the fitness.

    Where there are no more genes than evaluations, all of them are tried.

    Args:
        space: the genes.
        fitness: of a gene, with what a seed decides.
        evaluations: distinct genes that each search tries.
        repeats: other seeds with which the uniform mapping is tried again, at least 1.
        seed: of both searches and of every gene's fitness.

    Raises:
        UserError: optuna isn't installed.
    """
    noise = [fitness(space.uniform, seed + number) for number in range(1, repeats + 1)]
    if space.size <= evaluations:
        ga = chance = enumerate_genes(space, fitness, seed)
    else:
        begin = (space.uniform, space.last)
        ga = genetic_search(space, fitness, evaluations, seed, begin)
        chance = random_search(space, fitness, evaluations, seed)
    uniform, last = (Evaluation(one, fitness(one, seed)) for one in (space.uniform, space.last))
    return Searched(tuple(ga), tuple(chance), uniform, last, tuple(noise))
