"""Which raw text is like the labelled sentences."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext import cli
from nlp_architect_ext.data.selection import DomainScore, best

words = st.lists(st.sampled_from(["a", "A", "b", "c", "d", "E"]), min_size=1, max_size=30)


@given(words, words, words)
def test_the_score_is_the_difference_of_cross_entropies(labelled, pool, text):
    score = DomainScore(Counter(labelled), Counter(pool))
    domain, all_ = ([word.lower() for word in part] for part in (labelled, pool))
    known = {word for word in domain if domain.count(word) > 1}

    def log(part, word):
        count = sum((other == word) if word in known else (other not in known) for other in part)
        return math.log((count + 1) / (len(part) + len(known) + 1))

    expected = sum(log(domain, word.lower()) - log(all_, word.lower()) for word in text) / len(text)
    assert score(text) == pytest.approx(expected)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=30), st.integers(0, 10))
def test_the_best_are_the_highest_each_content_once(pairs, count):
    scores = np.array([float(score) for score, _ in pairs])
    contents = np.array([10 * score + content for score, content in pairs], np.uint64)
    places = best(scores, contents, count)
    assert places == sorted(set(places))
    taken = contents[places].tolist()
    assert len(taken) == len(set(taken)) == min(count, len(set(contents.tolist())))
    left = [
        score
        for score, content in zip(scores, contents.tolist(), strict=True)
        if content not in taken
    ]
    assert not left or not places or scores[places].min() >= max(left)
    assert all(
        content not in contents[:place] for place, content in zip(places, taken, strict=True)
    )


@pytest.fixture
def pool(tmp_path):
    """A folder of labelled sentences about towns, and a pool of towns and of kitchens."""
    towns = [
        "she lives in oslo now",
        "he went to rome today",
        "they live in rome now",
        "she went to oslo today",
    ]
    tagged = [
        [f"{w} {'B-LOC' if w in ('oslo', 'rome') else 'O'}\n" for w in town.split()]
        for town in towns
    ]
    (tmp_path / "train.txt").write_text("\n".join("".join(rows) for rows in tagged))
    lines = []
    for number in range(20):
        lines += [f"cut the onion number {number} and stir it", f"she went to place {number} today"]
    (tmp_path / "pool.txt").write_text("\n".join([*lines, "too short", lines[1], lines[1]]) + "\n")
    return tmp_path


def select(folder, *arguments):
    places = [
        "--data_dir",
        folder,
        "--pool_file",
        folder / "pool.txt",
        "--output_file",
        folder / "out.txt",
    ]
    return cli.train(
        ["select_unlabelled", *map(str, [*places, "--tokenizer", "whitespace", *arguments])]
    )


def test_the_lines_like_the_labelled_ones_are_kept_in_their_order(pool, capsys):
    assert select(pool, "--size", 20) == 0
    kept = (pool / "out.txt").read_text().splitlines()
    assert kept == [f"she went to place {number} today" for number in range(20)]
    said = capsys.readouterr().err
    assert "kept 20 of 42 lines (48%), 120 of" in said
    assert "score, nats a word: all -" in said
    assert select(pool, "--size", 5, "--overwrite") == 0
    assert len((pool / "out.txt").read_text().splitlines()) == 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--size", "41"], "has only 40 different lines of 4 words or more; expected --size 41"),
        (["--size", "5", "--least_words", "99"], "has only 0 different lines"),
        (["--size", "5", "--pool_file", "-"], "standard input can be read only once"),
        (["--size", "5", "--pool_file", "{folder}/none.txt"], "none.txt"),
        (["--size", "5", "--pool_file", "{folder}/texts.jsonl"], "convert --to text"),
        (["--size", "5", "--output_file", "{folder}/pool.txt"], "is the pool itself"),
        (["--size", "5", "--output_file", "{folder}/train.txt"], "is there already"),
        (["--size", "5", "--output_file", "{folder}/no/where.txt"], "no such folder"),
        (["--size", "5", "--labeled_size", "9"], "labelled size 9: train has 4 sentences"),
    ],
)
def test_what_cannot_be_done_ends_in_one_line(pool, capsys, arguments, said):
    (pool / "texts.jsonl").write_text('{"text": "a b c d"}\n')
    before = {path.name: path.read_bytes() for path in pool.iterdir()}
    assert select(pool, *(argument.format(folder=pool) for argument in arguments)) == 2
    assert said in capsys.readouterr().err.strip().splitlines()[-1]
    assert {path.name: path.read_bytes() for path in pool.iterdir()} == before
