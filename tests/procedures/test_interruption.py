"""Commands that are ended from outside, or whose standard streams nobody reads."""

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time

import pytest
from test_tagger import new_tagger

# What was started in the background ignores interrupts, and so would its own processes.
signal.signal(signal.SIGINT, signal.default_int_handler)

CODE = "import sys; from nlp_architect_ext import cli; sys.exit(cli.{}())"


def command(program, *arguments):
    return [sys.executable, "-c", CODE.format(program), *map(str, arguments)]


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    folder = tmp_path_factory.mktemp("interrupted") / "export"
    new_tagger(tokenizer="whitespace").export(folder, "fp32")
    return folder


def tag(export, data, out, *more):
    places = ["--model_dir", export, "--data_file", data, "--output_dir", out]
    return command("inference", "tagger", *places, *more)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_workers_end_with_the_command_and_leave_nothing(export, tmp_path, number):
    call = tag(export, "-", tmp_path / "out", "--workers", 2)
    pipe = subprocess.PIPE
    with subprocess.Popen(call, stdin=pipe, stderr=pipe, text=True) as process:
        process.stdin.write("Anna met Bo in Oslo today .\n" * 20_000)
        process.stdin.flush()
        deadline = time.monotonic() + 60
        while not any(path.stat().st_size for path in tmp_path.glob("out/.*")):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(number)
        # The end of standard error comes when the last process that has it has ended.
        said = process.stderr.read()
        code = process.wait(60)
    if number == signal.SIGKILL:
        assert code == -number
        return
    assert code == 128 + number
    assert said.splitlines()[-1] == "interrupted; what was finished is kept"
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()


def test_work_goes_on_when_nobody_reads_what_is_said(export, tmp_path):
    (tmp_path / "in.txt").write_text("Anna met Bo\n")
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        tag(export, tmp_path / "in.txt", tmp_path), stderr=writer, check=False, timeout=60
    )
    os.close(writer)
    assert done.returncode == 0
    assert (tmp_path / "output.txt").read_text().startswith("Anna\t")


@pytest.mark.parametrize("name", ["students", "doctor"])
def test_a_closed_or_full_standard_output_is_one_line(name):
    for redirected, said in ((">&-", "standard output: closed"), (">/dev/full", "No space left")):
        shell = ["sh", "-c", f'exec "$@" {redirected}', "-", *command("train", name)]
        done = subprocess.run(shell, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 2
        (line,) = done.stderr.splitlines()
        assert said in line


def test_a_full_disk_is_named(export, tmp_path):
    (tmp_path / "in.txt").write_text("Anna met Bo in Oslo today .\n" * 2000)
    limited = ["sh", "-c", 'ulimit -f 16; exec "$@"', "-"]
    call = [*limited, *tag(export, tmp_path / "in.txt", tmp_path / "out")]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    line = done.stderr.splitlines()[-1]
    assert line.startswith(f"{tmp_path / 'out' / 'output.txt'}: can't be written (File too large)")
    assert not (tmp_path / "out").exists()


def _without_threads():
    """No process or thread more for this user; root is no exception."""
    libc = ctypes.CDLL(None)
    for capability in (21, 24):  # CAP_SYS_ADMIN and CAP_SYS_RESOURCE, which stand above the limit
        libc.prctl(24, capability)  # PR_CAPBSET_DROP
    if os.geteuid() == 0:
        os.setresuid(54321, 0, 0)
    resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
@pytest.mark.skipif((os.cpu_count() or 1) == 1, reason="one core asks for no threads")
def test_one_thread_computes_where_no_more_may_be_started(export, tmp_path):
    (tmp_path / "in.txt").write_text("Anna met Bo\n")
    call = tag(export, tmp_path / "in.txt", tmp_path, "--engine", "onnx")
    free = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run(
        call,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=free,
        preexec_fn=_without_threads,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("no more threads may be started (ulimit -u): one computes\n")
    assert (tmp_path / "output.txt").exists()
