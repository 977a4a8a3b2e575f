"""The pages of a learning curve and of a benchmark."""

from test_report import SCORES, parsed

from nlp_architect_ext.benchmark.footprint import Footprint
from nlp_architect_ext.benchmark.report import Measurements
from nlp_architect_ext.benchmark.report import page as benchmark_page
from nlp_architect_ext.benchmark.systems import System
from nlp_architect_ext.benchmark.timing import Timing
from nlp_architect_ext.curve.comparison import Comparison
from nlp_architect_ext.curve.outcomes import Outcome
from nlp_architect_ext.curve.report import report as curve_report
from nlp_architect_ext.evaluation.scores import Scores


def outcome(size, system, seed, f1):
    scores = {"test": Scores.from_json({**SCORES, "f1": f1})}
    costs = {"seconds": {"student": 60.0}}
    return Outcome(size, seed, system, scores, costs, None, "cpu")


def test_the_page_of_a_curve_grows_with_its_cells():
    comparison = Comparison([100, 1000], ["plain", "kd"], "test")
    assert "0 cells are finished." in parsed(curve_report(comparison))
    for size, system, seed, f1 in (
        (100, "plain", 0, 0.5),
        (100, "plain", 1, 0.6),
        (100, "kd", 0, 0.7),
        (1000, "plain", 0, 0.75),
    ):
        comparison.add(outcome(size, system, seed, f1))
    text = parsed(curve_report(comparison))
    assert 'aria-label="plain, labelled sentences 100: 55.00"' in text
    assert 'aria-label="plain, labelled sentences 1,000: 75.00"' in text
    assert text.count("whisker s0") == 2  # a point each
    assert "+20.00" in text
    assert "<td>55.00 ± 7.07 (2)</td>" in text


def test_the_page_of_a_benchmark_has_a_line_a_system():
    systems = [System(name, tag=None, network=None) for name in ("ours", "<b>")]
    timings = [
        Timing(system.name, size, (time,), (time / 2,), (time,))
        for system, times in zip(systems, ((1.0, 0.5), (100.0, 50.0)), strict=True)
        for size, time in zip((1, 32), times, strict=True)
    ]
    found = Measurements("a machine", 10, 100, systems, timings, Footprint(1, 0.1, 50.0, 1e5))
    text = parsed(benchmark_page(found))
    assert 'aria-label="ours, sentences a batch 32: 2,000"' in text
    assert 'aria-label="&lt;b&gt;, sentences a batch 1: 10"' in text
    assert '<th scope="row">&lt;b&gt;</th><td>100.0</td><td>100.0</td>' in text
    assert "0.10 s; 50 MB of memory" in text
