"""What a small encoder learns: lessons against loops, phases that freeze what they must."""

import copy
import itertools

import pytest
import torch
from corpora import WORDS
from hypothesis import given
from hypothesis import strategies as st
from tiny_teacher import tiny_encoder
from transformers import BertConfig, BertModel, MobileBertConfig, MobileBertModel

from nlp_architect_ext.compression.attention import layers_of, products
from nlp_architect_ext.compression.distilling import Plan, distil, lessons_of
from nlp_architect_ext.compression.encoder_objective import (
    LESSONS,
    EncoderDistillation,
    check_lessons,
    needed_layers,
    relation_heads,
)
from nlp_architect_ext.compression.held_out import HeldOut
from nlp_architect_ext.compression.mapping import layer_mapping
from nlp_architect_ext.compression.piece_batches import PieceBatch, PieceStream
from nlp_architect_ext.compression.progressive import ProgressiveDistillation
from nlp_architect_ext.compression.scales import meet_scales
from nlp_architect_ext.compression.state_store import StateStore
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.encoders.bare import BareEncoder, hidden_states
from nlp_architect_ext.encoders.folder import find
from nlp_architect_ext.training.schedule import Schedule

TEXTS = [
    "Anna lives in Oslo .",
    "In Rome , Greta met Hiro .",
    "Nothing happened there .",
    "The train to Lima is late today .",
    "Oslo",
    "From Accra to Bern it takes two hours .",
]
LAYERS = (0, 1, 2)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    bare = BareEncoder(find(tiny_encoder(tmp_path_factory.mktemp("encoder"), WORDS)))
    found = StateStore(tmp_path_factory.mktemp("states"), bare, "cpu")
    found.add(windows_of(bare), LAYERS)
    return found


@pytest.fixture(scope="module")
def windows(store):
    return windows_of(store.encoder)


def windows_of(bare):
    return bare.aligner.windows([Sentence(tuple(text.split())) for text in TEXTS])


def bert(vocabulary, width=32, heads=2, layers=2, seed=1):
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_attention_heads=heads,
        num_hidden_layers=layers,
        intermediate_size=2 * width,
        max_position_embeddings=64,
        initializer_range=0.15,
    )
    torch.manual_seed(seed)
    return BertModel(config, add_pooling_layer=False).eval()


def mobilebert(vocabulary):
    config = MobileBertConfig(
        vocab_size=vocabulary,
        embedding_size=16,
        hidden_size=32,
        intra_bottleneck_size=16,
        num_attention_heads=2,
        num_hidden_layers=2,
        intermediate_size=32,
        num_feedforward_networks=2,
        normalization_type="layer_norm",
    )
    torch.manual_seed(1)
    return MobileBertModel(config, add_pooling_layer=False).eval()


def students(store):
    vocabulary = store.encoder.config.vocab_size
    return {
        "bert": bert(vocabulary),
        "narrow": bert(vocabulary, width=16),
        "mobilebert": mobilebert(vocabulary),
    }


def batch_of(store, windows):
    stream = PieceStream(windows, store, LAYERS, len(windows), seed=0)
    return next(stream.in_order())


def weights(module):
    return [parameter.detach().clone() for parameter in module.parameters()]


def equal(some, others):
    return all(torch.equal(*pair) for pair in zip(some, others, strict=True))


@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.parametrize("kind", ["bert", "narrow", "mobilebert"])
def test_a_batch_costs_what_its_sentences_cost_by_themselves(store, windows, lesson, kind):
    student = students(store)[kind]
    plan = Plan((lesson,), (1, 2))
    objective = lessons_of(plan, student, store, windows, seed=0)
    together, _ = objective.loss(student, batch_of(store, windows))
    total, count = 0.0, 0
    for window in windows:
        alone, _ = objective.loss(student, batch_of(store, [window]))
        size = len(window.ids) ** (2 if lesson == "scores" else 1)  # pairs of pieces, or pieces
        total, count = total + alone.item() * size, count + size
    assert together.item() == pytest.approx(total / count, rel=1e-4)


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_teacher_itself_has_nothing_to_learn(store, windows, lesson):
    objective = lessons_of(Plan((lesson,), (1, 2)), store.encoder.model, store, windows, seed=0)
    loss, parts = objective.loss(store.encoder.model, batch_of(store, windows))
    assert loss.item() == pytest.approx(0, abs=1e-4)  # states are float16
    assert list(parts) == [lesson]


@pytest.mark.parametrize("kind", ["bert", "mobilebert"])
def test_queries_keys_and_values_are_those_of_the_forward_pass(store, windows, kind):
    student = students(store)[kind]
    seen = {}
    own = layers_of(student)[1].attention.self
    for name in ("query", "key", "value"):
        getattr(own, name).register_forward_hook(
            lambda _, __, output, name=name: seen.setdefault(name, output)
        )
    states = hidden_states(student, batch_of(store, windows).inputs)
    found = products(layers_of(student)[1], states[1])
    for name in ("query", "key", "value"):
        torch.testing.assert_close(getattr(found, name), seen[name])


def test_a_mapping_of_zeros_is_the_embeddings_lesson_alone(store, windows):
    student = bert(store.encoder.config.vocab_size)
    batch = batch_of(store, windows)
    zeros = lessons_of(Plan(("embedding", "hidden"), (0, 0)), student, store, windows, seed=0)
    alone = lessons_of(Plan(("embedding",), (1, 2)), student, store, windows, seed=0)
    loss, parts = zeros.loss(student, batch)
    assert loss.item() == alone.loss(student, batch)[0].item()
    assert list(parts) == ["embedding"]
    loss.backward()
    assert all(one.grad is None for one in layers_of(student).parameters())
    assert student.embeddings.word_embeddings.weight.grad.any()


@given(
    lessons=st.sets(st.sampled_from(LESSONS), min_size=1),
    mapping=st.lists(st.integers(0, 6), min_size=1, max_size=4),
)
def test_the_states_that_are_stored_are_those_that_the_lessons_read(lessons, mapping):
    needed = needed_layers(lessons, mapping)
    read = {0} & set(() if "embedding" not in lessons else (0,))
    for origin, lesson in itertools.product([one for one in mapping if one], lessons):
        if lesson != "embedding":
            read.add(origin if lesson == "hidden" else origin - 1)
    assert set(needed) == read
    assert list(needed) == sorted(needed)


@given(teacher=st.integers(1, 64), student=st.integers(1, 64))
def test_relation_heads_divide_both_widths(teacher, student):
    heads = relation_heads(16 * teacher, 4 * student)
    assert 16 * teacher % heads == 0 == 4 * student % heads
    assert heads <= teacher


@pytest.mark.parametrize(
    ("name", "layers", "expected"),
    [
        ("uniform", 3, (2, 4, 6)),
        ("uniform", 6, (1, 2, 3, 4, 5, 6)),
        ("last", 3, (0, 0, 6)),
        ("0, 3,6", 3, (0, 3, 6)),
    ],
)
def test_mappings(name, layers, expected):
    assert layer_mapping(name, layers, 6) == expected


@pytest.mark.parametrize("name", ["0,6", "0,0,7", "middle", "", "1,2,-3"])
def test_mappings_that_do_not_fit_are_refused(name):
    with pytest.raises(UserError, match="mapping"):
        layer_mapping(name, 3, 6)


def test_heads_are_compared_with_as_many_heads_only():
    teacher, student = BertConfig(num_attention_heads=12), BertConfig(num_attention_heads=6)
    check_lessons(("relations", "hidden"), (1,), teacher, student)
    with pytest.raises(UserError, match="6 attention heads, the teacher 12"):
        check_lessons(("attention",), (1,), teacher, student)
    with pytest.raises(UserError, match="nothing is taught"):
        check_lessons(("hidden",), (0, 0), teacher, teacher)


def progressive(store, windows, mapping=(1, 2), kind="bert"):
    student = students(store)[kind]
    joint = lessons_of(Plan(("hidden", "attention"), mapping), student, store, windows, seed=0)
    return student, ProgressiveDistillation(joint)


def test_with_one_layer_the_only_phase_has_the_joint_loss(store, windows):
    student, phases = progressive(store, windows, (0, 2))
    batch = batch_of(store, windows)
    joint = phases.joint.loss(student, batch)
    for done in (0.0, 0.4, 1.0):
        assert phases.loss(student, batch, done)[0].item() == joint[0].item()


def test_each_phase_minimises_its_layer_and_paces_the_others(store, windows):
    student, phases = progressive(store, windows)
    batch = batch_of(store, windows)
    for done, layer in ((0.0, 1), (0.499, 1), (0.5, 2), (1.0, 2)):
        expected = phases.joint.loss_of((layer,), student, batch)
        assert phases.loss(student, batch, done)[0].item() == expected[0].item()
    for place in (0.02, 0.05, 0.3):
        first, second = phases.pace(place), phases.pace(0.5 + place)
        assert first[:3] == [0, pytest.approx(first[3]), 0]
        assert second[0] == 0
        assert second[1] == pytest.approx(0.1 * second[2])
        assert second[2] == pytest.approx(first[1])
    rates = [phases.pace(place / 1000)[1] for place in range(500)]
    assert max(rates) == pytest.approx(3.0)
    assert rates.index(max(rates)) == 50  # a tenth of the phase
    assert min(rates) > 0


@pytest.mark.parametrize("kind", ["bert", "mobilebert"])
def test_phases_leave_what_is_above_them_and_the_embeddings_as_they_were(store, windows, kind):
    student, phases = progressive(store, windows, kind=kind)
    parts = {"embeddings": student.embeddings, 1: layers_of(student)[0], 2: layers_of(student)[1]}
    before = {name: weights(part) for name, part in parts.items()}
    stream = PieceStream(windows, store, LAYERS, batch_size=2, seed=0)  # an epoch is a phase
    after = []
    schedule = Schedule(epochs=2, lr=1e-3)

    def score():
        after.append({name: weights(part) for name, part in parts.items()})
        return float(len(after))

    distil(student, phases.joint, "progressive", stream, schedule, score=score)
    first, second = after
    assert equal(first["embeddings"], before["embeddings"])
    assert not equal(first[1], before[1])
    assert equal(first[2], before[2])
    assert equal(second["embeddings"], before["embeddings"])
    assert not equal(second[1], first[1])
    assert not equal(second[2], first[2])
    moved = [
        max((a - b).abs().max().item() for a, b in zip(second[n], first[n], strict=True))
        for n in (1, 2)
    ]
    assert moved[0] < 0.2 * moved[1]


def test_every_parameter_is_in_one_group(store, windows):
    student = bert(store.encoder.config.vocab_size, width=16)
    joint = lessons_of(Plan(("hidden",), (1, 2)), student, store, windows, seed=0)
    model = torch.nn.ModuleDict({"student": student, "heads": joint.heads})
    groups = ProgressiveDistillation(joint).groups(model)
    listed = [id(parameter) for group in groups for parameter in group]
    assert sorted(listed) == sorted(id(parameter) for parameter in model.parameters())
    assert len(groups) == len(ProgressiveDistillation(joint).pace(0.0))


def test_training_explains_more_of_held_out_text_and_leaves_config_and_dropout(store, windows):
    student = bert(store.encoder.config.vocab_size, width=16)
    objective = lessons_of(Plan(("hidden",), (0, 2)), student, store, windows, seed=0)
    stream = PieceStream(windows, store, (2,), batch_size=3, seed=0)
    held_out = HeldOut(stream, stream, 2)
    before = held_out.unexplained(student, objective)
    distil(student, objective, "joint", stream, Schedule(epochs=30, lr=3e-3))
    assert held_out.unexplained(student, objective) < 0.7 * before
    assert {one.p for one in student.modules() if isinstance(one, torch.nn.Dropout)} == {0.1}


def test_without_a_lesson_of_states_they_are_read_through_the_best_linear_map(store, windows):
    stream = PieceStream(windows, store, LAYERS, batch_size=3, seed=0)
    teacher = copy.deepcopy(store.encoder.model)
    objective = lessons_of(Plan(("relations",), (0, 2)), teacher, store, windows, seed=0)
    norm = layers_of(teacher)[1].output.LayerNorm
    with torch.no_grad():  # another scale and another place: linear
        norm.weight.mul_(3)
        norm.bias.add_(5)
    assert HeldOut(stream, stream, 2).unexplained(teacher, objective) < 0.01
    with_states = EncoderDistillation(teacher, ("hidden",), (0, 2), None, {2: 1.0})
    assert HeldOut(stream, stream, 2).unexplained(teacher, with_states) > 1


@pytest.mark.parametrize("kind", ["bert", "mobilebert"])
def test_new_layers_begin_at_the_scale_of_their_teachers(store, windows, kind):
    student = students(store)[kind]
    kept = copy.deepcopy(student)
    meet_scales(student, (0, 2), store, windows)
    assert equal(weights(layers_of(student)[0]), weights(layers_of(kept)[0]))
    rows = torch.cat([torch.from_numpy(store.states(one, 2)).float() for one in windows])
    output = layers_of(student)[1].output
    norm = getattr(output, "bottleneck", output).LayerNorm
    torch.testing.assert_close(norm.bias.detach(), rows.mean(dim=0))


def test_a_batch_moves_whole(store, windows):
    batch = batch_of(store, windows).to(torch.device("meta"))
    assert isinstance(batch, PieceBatch)
    assert {tensor.device.type for tensor in (*batch.inputs.values(), *batch.states.values())} == {
        "meta"
    }


def test_scores_have_no_lower_limit_and_the_best_epoch_is_kept(store, windows, tmp_path):
    student = bert(store.encoder.config.vocab_size)
    objective = lessons_of(Plan(("hidden",), (0, 2)), student, store, windows, seed=0)
    stream = PieceStream(windows, store, (2,), batch_size=3, seed=0)
    scores, after = [-5.0, -3.0, -4.0], []

    def score():
        after.append(weights(student))
        return scores[len(after) - 1]

    schedule = Schedule(epochs=3, lr=1e-3)
    progress = distil(student, objective, "joint", stream, schedule, folder=tmp_path, score=score)
    assert (progress.best_epoch, progress.best_score) == (2, -3.0)
    assert equal(weights(student), after[1])
