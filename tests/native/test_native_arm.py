"""The kernel for 64-bit Arm, cross-compiled and emulated, against this machine's own."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from test_tagger import new_tagger

from nlp_architect_ext.layers.network_file import NetworkFile
from nlp_architect_ext.students.chain import Chain
from nlp_architect_ext.students.cnn_lstm import CnnLstm
from nlp_architect_ext.students.id_cnn import IdCnn

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "nlp_architect_ext" / "runtime" / "native" / "src"
C_LIBRARY = ROOT / "examples" / "c_library"
FORCED = "NLP_ARCHITECT_EXT_KERNEL"
EMULATOR = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
OWN = {"CC": "cc", "CXX": "c++", "AR": "ar"}
CROSS = {name: f"aarch64-linux-gnu-{tool}" for name, tool in (("CC", "gcc"), ("CXX", "g++"))}
CROSS |= {"AR": "aarch64-linux-gnu-ar", "LDFLAGS": "-static"}
TOOLS = [tool for tool in [*OWN.values(), *CROSS.values()] if not tool.startswith("-")]
ARM = ["neon-dot", "neon", "portable"]
# What a processor has, and what it hasn't: Cortex-A72 is Armv8.0, without the dot product.
PROCESSORS = {"cortex-a72": ARM[1:], "cortex-a76": ARM}
LENGTHS = [31, 17, 8, 8, 5, 3, 1, 1]  # of sentences, in words
LABELS = 7
SIZES = {"word_count": 5, "character_count": 5, "label_count": LABELS}
# Widths below, at and beyond whole blocks of 16.
STUDENTS = {
    "lstm": (CnnLstm, {"lstm_width": 20, "word_width": 9}),
    "lstm-head": (CnnLstm, {"lstm_width": 33, "head_width": 40, "input_skip": False}),
    "lstm-deep": (CnnLstm, {"lstm_width": 64, "lstm_layers": 3}),
    "id-cnn": (IdCnn, {"filters": 45, "dilations": (1, 3), "blocks": 2}),
    "chain": (Chain, {"width": 48, "operations": ("conv3", "lstm", "attention", "separable5")}),
    "chain-lstm": (Chain, {"width": 80, "operations": ("lstm", "conv5", "feed-forward")}),
}
TEXTS = ["Anna met Bo in Oslo today.", "👩\u200d🚀 Éa met\u0301 Anna — in\u3000Oslo", ""]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not EMULATOR or not all(map(shutil.which, ["make", *TOOLS])),
        reason="no make, no cross compiler or no emulator of Arm's (Debian: g++-aarch64-linux-gnu, "
        "qemu-user-static)",
    ),
]


class Machine:
    """The kernel's programs, built for one kind of processor.

    Args:
        folder: for what is built.
        tools: compilers, as variables of make.
        emulator: the command in front of a program.
    """

    def __init__(self, folder, tools, emulator):
        self.folder, self.emulator = folder, emulator
        example = folder / "tag"
        settings = [f"{name}={value}" for name, value in tools.items()]
        # -O1: seconds instead of minutes
        command = ["make", "-s", "-j2", "-C", C_LIBRARY, f"OUT={folder}", "CXXFLAGS=-O1"]
        subprocess.run([*command, *settings, example], check=True)
        driver = Path(__file__).with_name("network_driver.cpp")
        command = [tools["CXX"], "-std=c++17", "-O1", f"-I{SOURCES}", driver, "-pthread"]
        command += [folder / "libnlp_architect_tagger.a", *tools.get("LDFLAGS", "").split()]
        subprocess.run([*command, "-o", folder / "driver"], check=True)

    def run(self, program, *arguments, kernels="", processor="cortex-a76"):
        """The program's output, or its error."""
        emulator = [*self.emulator, processor] if self.emulator else []
        command = [*emulator, self.folder / program, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, env={**os.environ, FORCED: kernels})
        return done.stdout if done.returncode == 0 else done.stderr

    def names(self, processor="cortex-a76"):
        """The kernels that the processor can run, the fastest first."""
        error = self.run("driver", "name", kernels="?", processor=processor).decode()
        return error.strip().split("expected one of ")[1].split(", ")

    def emissions(self, network, features, kernels):
        """Emissions (words, labels) of sentences of LENGTHS words."""
        output = self.run(
            "driver", "emissions", network, features, LABELS, *LENGTHS, kernels=kernels
        )
        return np.frombuffer(output, np.float32).reshape(sum(LENGTHS), LABELS)


@pytest.fixture(scope="module")
def arm(tmp_path_factory):
    return Machine(tmp_path_factory.mktemp("arm"), CROSS, [EMULATOR, "-cpu"])


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return Machine(tmp_path_factory.mktemp("own"), OWN, [])


def files(folder, name, precision):
    """A random network, and features of random words."""
    student, arguments = STUDENTS[name]
    torch.manual_seed(len(name))
    network = student(**SIZES, **arguments)
    content = NetworkFile(precision)
    network.write_network(content)
    (folder / "network").write_bytes(content.content())
    width = arguments.get("word_width", 100) + network.character_cnn.convolution.out_channels
    generator = np.random.default_rng(len(name))
    features = generator.normal(0, 0.5, (sum(LENGTHS), width)).astype(np.float32)
    features.tofile(folder / "features")
    return folder / "network", folder / "features"


@pytest.mark.parametrize("processor", PROCESSORS)
def test_a_processor_gets_the_fastest_kernels_that_it_can_run(arm, processor):
    assert arm.names(processor) == PROCESSORS[processor]
    chosen = arm.run("driver", "name", processor=processor).decode().strip()
    assert chosen == PROCESSORS[processor][0]


@pytest.mark.parametrize("kernels", ARM)
def test_products_of_integers_are_exact(arm, kernels):
    output = arm.run("driver", "products", 300, kernels=kernels).decode()
    assert output == f"{kernels}: 300 products\n"


def test_products_of_integers_are_exact_on_this_machine(own):
    for kernels in own.names():
        output = own.run("driver", "products", 300, kernels=kernels).decode()
        assert output == f"{kernels}: 300 products\n"


@pytest.mark.parametrize("name", STUDENTS)
def test_floats_give_the_emissions_of_this_machine(arm, own, tmp_path, name):
    network, features = files(tmp_path, name, "fp32")
    expected = [own.emissions(network, features, kernels) for kernels in own.names()]
    for kernels in ARM:
        found = arm.emissions(network, features, kernels)
        for emissions in expected:
            assert np.abs(found - emissions).max() < 1e-5


@pytest.mark.parametrize("name", STUDENTS)
def test_integers_give_the_emissions_of_this_machine(arm, own, tmp_path, name):
    network, features = files(tmp_path, name, "int8")
    exact = own.emissions(files(tmp_path, name, "fp32")[0], features, "portable")
    network, features = files(tmp_path, name, "int8")
    expected = [own.emissions(network, features, kernels) for kernels in own.names()]
    rounding = np.abs(expected[0] - exact).max()  # by 8 bits instead of floats
    dot, pairs, portable = (arm.emissions(network, features, kernels) for kernels in ARM)
    assert np.array_equal(dot, pairs)
    for emissions in expected:
        # Where a hidden state is nearly between two integers, the last bit of a float decides.
        assert np.abs(portable - emissions).max() < rounding / 2
        # NEON's features have 7 bits, hidden states as many as elsewhere.
        share = 2 if name == "id-cnn" else 0.5
        assert np.abs(dot - emissions).max() < share * rounding


@pytest.mark.parametrize("decoder", ["softmax", "crf"])
@pytest.mark.parametrize("kernels", ARM)
def test_text_has_the_entities_of_this_machine(arm, own, tmp_path, decoder, kernels):
    new_tagger(decoder=decoder, tokenizer="whitespace").export(tmp_path, "int8")
    for text in TEXTS:
        expected = own.run("tag", tmp_path, text).decode().splitlines()
        found = arm.run("tag", tmp_path, text, kernels=kernels).decode().splitlines()
        assert len(found) == len(expected) >= len(text.split()) // 5
        for own_line, arm_line in zip(expected, found, strict=True):
            own_type, own_score, *own_place = own_line.split("\t")
            arm_type, arm_score, *arm_place = arm_line.split("\t")
            assert (arm_type, *arm_place) == (own_type, *own_place)
            assert float(arm_score) == pytest.approx(float(own_score), abs=2e-3)
