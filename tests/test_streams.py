"""Which sentences meet in a batch."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext.batches.encoding import encode_words
from nlp_architect_ext.batches.streams import BatchStream
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.vocabulary import Vocabulary

WORDS = tuple(f"w{number}" for number in range(400))
VOCABULARY = Vocabulary.build([Sentence(WORDS)])


def sentences(first, count):
    """`count` sentences of different lengths, each known by its first word."""
    return [
        encode_words(WORDS[number : number + 1 + number % 7], VOCABULARY)
        for number in range(first, first + count)
    ]


def stream(labelled, unlabelled, batch_size, ratio, seed=0, minimum_steps=1):
    return BatchStream(
        sentences(0, labelled), sentences(200, unlabelled), batch_size, ratio, seed, minimum_steps
    )


def firsts(batch):
    return [VOCABULARY.words[word - 2] for word in batch.words[:, 0].tolist()]


counts = st.tuples(st.integers(1, 60), st.integers(0, 60), st.integers(1, 9))


@given(counts, st.integers(0, 3))
def test_in_proportion_an_epoch_reads_every_sentence_once(sizes, epoch):
    labelled, unlabelled, batch_size = sizes
    batches = [
        firsts(batch) for batch in stream(labelled, unlabelled, batch_size, None).epoch(epoch)
    ]
    assert Counter(word for batch in batches for word in batch) == Counter(
        [*WORDS[:labelled], *WORDS[200 : 200 + unlabelled]]
    )
    assert max(map(len, batches)) <= batch_size


@given(st.integers(1, 60), st.integers(1, 60), st.integers(2, 9), st.floats(0.1, 0.9))
def test_with_a_ratio_every_batch_is_mixed_and_unlabelled_text_read_once(
    labelled, unlabelled, batch_size, ratio
):
    mixed = stream(labelled, unlabelled, batch_size, ratio)
    batches = [firsts(batch) for batch in mixed.epoch(0)]
    gold = set(WORDS[:labelled])
    wanted = min(max(1, round(ratio * batch_size)), batch_size - 1)
    assert all(sum(word in gold for word in batch) == wanted for batch in batches)
    assert Counter(word for batch in batches for word in batch if word not in gold) == Counter(
        WORDS[200 : 200 + unlabelled]
    )
    drawn = Counter(word for batch in batches for word in batch if word in gold)
    assert max(drawn.values()) - min(drawn[word] for word in gold) <= 1
    assert mixed.steps_an_epoch == len(batches)


def test_defect_6_unlabelled_sentences_are_really_used():
    batches = [firsts(batch) for batch in stream(30, 90, 8, 0.5).epoch(0)]
    assert all(any(word in WORDS[200:] for word in batch) for batch in batches)


@given(counts, st.integers(0, 30))
def test_an_epoch_is_the_same_whenever_and_wherever_it_is_entered(sizes, skip):
    labelled, unlabelled, batch_size = sizes
    whole = [firsts(batch) for batch in stream(labelled, unlabelled, batch_size, 0.5).epoch(3)]
    rest = [firsts(batch) for batch in stream(labelled, unlabelled, batch_size, 0.5).epoch(3, skip)]
    assert rest == whole[skip:]


def test_epochs_and_seeds_differ():
    orders = {
        str([firsts(batch) for batch in stream(40, 0, 4, None, seed).epoch(epoch)])
        for seed in (1, 2)
        for epoch in (0, 1)
    }
    assert len(orders) == 4


def test_a_short_epoch_is_repeated_in_another_order():
    short = stream(10, 0, 5, None, minimum_steps=7)
    batches = [firsts(batch) for batch in short.epoch(0)]
    assert len(batches) == short.steps_an_epoch == 8
    assert set(Counter(word for batch in batches for word in batch).values()) == {4}
    assert len({str(batches[start : start + 2]) for start in range(0, 8, 2)}) > 1


@given(st.integers(1, 200), st.integers(1, 9), st.integers(1, 9))
def test_a_long_epoch_reads_a_part_and_the_next_one_the_next(unlabelled, batch_size, maximum_steps):
    long = BatchStream(
        sentences(0, 5), sentences(200, unlabelled), batch_size, 0.5, 0, maximum_steps=maximum_steps
    )
    epochs = [[firsts(batch) for batch in long.epoch(number)] for number in range(long.parts)]
    assert max(map(len, epochs)) == long.steps_an_epoch <= maximum_steps
    read = Counter(word for epoch in epochs for batch in epoch for word in batch)
    if batch_size > 1:
        assert all(read[word] == 1 for word in WORDS[200 : 200 + unlabelled])
    else:
        assert set(read) == {*WORDS[:5], *WORDS[200 : 200 + unlabelled]}


def test_sentences_of_a_batch_are_of_similar_length():
    batches = list(stream(0 + 100, 0, 10, None).epoch(0))
    padded = sum(batch.words.numel() for batch in batches)
    real = sum(int(batch.lengths.sum()) for batch in batches)
    assert real == pytest.approx(padded, rel=0.15)


@given(
    st.integers(1, 60),
    st.integers(1, 60),
    st.integers(1, 9),
    st.integers(0, 2),
    st.sampled_from([None, 3, 10]),
)
def test_alternating_batches_are_labelled_and_unlabelled_in_turn(
    labelled, unlabelled, batch_size, epoch, most
):
    pools = sentences(0, labelled), sentences(200, unlabelled)
    alternating = BatchStream(
        *pools, batch_size, None, 0, minimum_steps=1, maximum_steps=most, alternating=True
    )
    gold = set(WORDS[:labelled])
    numbers = range(epoch, epoch + alternating.parts)
    epochs = [[firsts(batch) for batch in alternating.epoch(number)] for number in numbers]
    for batches in epochs:
        assert len(batches) <= alternating.steps_an_epoch
        assert most is None or len(batches) <= most + 1
        for index, batch in enumerate(batches):
            assert {word in gold for word in batch} == {index % 2 == 0}
    if epoch == 0:  # all parts of one pass
        read = Counter(
            word for batches in epochs for batch in batches for word in batch if word not in gold
        )
        assert read == Counter(WORDS[200 : 200 + unlabelled])
        drawn = Counter(
            word for batches in epochs for batch in batches for word in batch if word in gold
        )
        assert max(drawn.values()) - min(drawn[word] for word in gold) <= 1
