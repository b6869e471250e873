"""A real federation: what crosses a socket, who is left behind, and what happens where none can be started."""

import _thread
import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

import helpers
from helpers.federation import capture, machine, participants, processes
from helpers.federation.messages import Task, Update

LESSON = Path(__file__).resolve().parent.parent / "notebooks" / "source" / "17_attack_a_real_federation.md"
REASON = processes.why_not()
real = pytest.mark.skipif(REASON is not None, reason=REASON or "")


def left_behind(home):
    """Processes with this FLWR_HOME in their environment, in whatever group or session: a list of command lines."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("FLWR_HOME", "").startswith(str(home)):
                found.append(process.cmdline())
        except psutil.Error:
            pass
    return [command for command in found if command]


def is_free(address):
    host, port = address.split(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError:
            return False
    return True


def nothing_left(folder, address, seen=()):
    ends = time.monotonic() + 10
    # A process that dies has lost its environment before it gives its port back.
    while time.monotonic() < ends and (left_behind(folder) or Path(folder).exists() or not is_free(address)):
        time.sleep(0.05)
    assert left_behind(folder) == [] and not Path(folder).exists() and is_free(address)
    assert not any(psutil.pid_exists(p) and psutil.Process(p).status() != psutil.STATUS_ZOMBIE for p in seen)


@pytest.fixture(scope="module")
def three_rounds(tmp_path_factory):
    """Three rounds in a row, each with its own federation. After each, nothing is left. Gives the folder.

    It is one for all three, as when somebody runs the lesson's cell again: what it keeps is the last round.
    """
    network = helpers.models.lenet(weights=0.5)
    colours = {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "TERM": "xterm-color"}  # as in a notebook's kernel
    with pytest.MonkeyPatch.context() as patch:
        for name, value in colours.items():
            patch.setenv(name, value)
        kept, seen, log = _three_rounds(network, tmp_path_factory)
    return kept, network, seen, log


def _three_rounds(network, tmp_path_factory):
    kept = tmp_path_factory.mktemp("kept")
    for _ in range(3):
        (kept / "task.npz").write_bytes(Task(1, network.get_weights()).to_bytes())
        with processes.running(participants=2) as federation:
            log = federation.run(processes.APP, {"folder": str(kept)})
            assert left_behind(federation.folder) and not is_free(federation.address)
        nothing_left(federation.folder, federation.address, federation.seen)
    return kept, federation.seen, log


@real
def test_three_runs_in_a_row_leave_no_process_and_no_port(three_rounds):
    _, _, seen, log = three_rounds
    parts = [part for part, _ in seen.values()]
    assert parts.count("SuperLink") == parts.count("ServerApp") == parts.count("watchdog") == 1
    assert parts.count("SuperNode") == 2 and parts.count("SuperExec") >= 3  # one may be seen before it is an app
    assert parts.count("ClientApp") >= 2  # Flower starts one anew that takes too long to start on a busy machine
    assert os.getpid() not in seen and "Received 2 results" in log


@real
def test_both_digits_come_out_of_the_messages_that_crossed_a_socket(three_rounds):
    kept, network, *_ = three_rounds
    updates = [Update.from_bytes(path.read_bytes()) for path in sorted(kept.glob("reply_*.npz"))]
    attack = helpers.leakage.DeepLeakage(helpers.models.GradientModel(network), (28, 28), classes=10, batch=1)
    secrets, found = [participants.own_pictures(number) for number in (0, 1)], []
    for update in updates:
        helpers.optimizers.fit_lbfgs(attack, update.gradient)
        errors = [helpers.metrics.mse(attack.image, x.reshape(28, 28)) for x, _ in secrets]
        found.append(int(np.argmin(errors)))
        assert min(errors) < 1e-3 and attack.label == np.argmax(secrets[found[-1]][1])
    assert sorted(found) == [0, 1] and len({update.sender for update in updates}) == 2


@real
def test_the_server_averages_as_agreed(three_rounds):
    kept, *_ = three_rounds
    updates = [Update.from_bytes(path.read_bytes()) for path in kept.glob("reply_*.npz")]
    with np.load(kept / "average.npz", allow_pickle=False) as file:
        for name, *parts in zip(file.files, *(update.gradient for update in updates)):
            np.testing.assert_allclose(file[name], np.mean(parts, axis=0), atol=1e-6)


@real
def test_a_killed_kernel_leaves_nothing(tmp_path):
    """SIGKILL while the participants compute: nobody is asked, nothing can be tidied up by the one that dies."""
    code = f"""
        import sys
        from pathlib import Path
        import helpers
        from helpers.federation import processes
        from helpers.federation.messages import Task

        kept = Path({str(tmp_path)!r})
        (kept / "task.npz").write_bytes(Task(1, helpers.models.lenet(weights=0.5).get_weights()).to_bytes())
        with processes.running(participants=2) as federation:
            print(federation.folder, federation.address, flush=True)
            federation.run(processes.APP, {{"folder": str(kept)}})
    """
    kernel = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)
    folder, address = kernel.stdout.readline().split()
    ends = time.monotonic() + 60
    while not any("flwr-clientapp" in " ".join(command) for command in left_behind(folder)):
        assert time.monotonic() < ends and kernel.poll() is None
        time.sleep(0.1)
    kernel.send_signal(signal.SIGKILL)
    kernel.wait()
    nothing_left(folder, address)


@real
def test_an_interrupted_cell_leaves_nothing(tmp_path):
    (tmp_path / "task.npz").write_bytes(Task(1, helpers.models.lenet(weights=0.5).get_weights()).to_bytes())
    with pytest.raises(KeyboardInterrupt):
        with processes.running(participants=2) as federation:
            threading.Timer(3, _thread.interrupt_main).start()
            federation.run(processes.APP, {"folder": str(tmp_path)})
    nothing_left(federation.folder, federation.address, federation.seen)


@real
def test_an_app_that_fails_says_what_failed(tmp_path):
    with pytest.raises(processes.FederationError) as caught:
        with processes.running(participants=1) as federation:
            federation.run(processes.APP, {"folder": str(tmp_path / "nowhere"), "participants": 1})
    first, *lines = str(caught.value).splitlines()
    assert first == "The run ended as 'finished:failed'. The last lines of its log:"
    assert any("FileNotFoundError" in line for line in lines)
    nothing_left(federation.folder, federation.address, federation.seen)


@real
def test_a_taken_port_is_tried_again_with_others(monkeypatch):
    """The first port is a stranger's, who answers, too. It must not be mistaken for our SuperLink."""
    free_ports, asked = machine.free_ports, []
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()

        def ports(count):
            asked.append(count)
            taken = [stranger.getsockname()[1], *free_ports(count - 1)]
            return taken if len(asked) == 1 else free_ports(count)

        monkeypatch.setattr(machine, "free_ports", ports)
        with processes.running(participants=1) as federation:
            assert len(asked) == 2 and str(stranger.getsockname()[1]) not in federation.address
    nothing_left(federation.folder, federation.address, federation.seen)


@real
def test_a_killed_watchdog_leaves_nothing():
    with processes.running(participants=1) as federation:
        federation._children["watchdog"].kill()
    nothing_left(federation.folder, federation.address, federation.seen)


def test_a_stranger_who_answers_no_http_is_not_healthy():
    with socket.create_server(("127.0.0.1", 0)) as stranger:

        def answer():
            with stranger.accept()[0] as door:
                door.recv(1000)
                door.sendall(b"hello\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        assert machine.is_healthy(stranger.getsockname()[1]) is False


def test_where_it_cannot_start_one_sentence_says_so(monkeypatch):
    monkeypatch.setenv("COURSE_FEDERATION", "stored")
    with pytest.raises(processes.FederationError, match=r"^No federation is started, because [^.]+ stored\.$"):
        with processes.running():
            raise AssertionError("the block must not begin")
    monkeypatch.delenv("COURSE_FEDERATION")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "Flower is not installed" in processes.why_not()
    monkeypatch.undo()
    monkeypatch.delenv("COURSE_FEDERATION", raising=False)
    monkeypatch.setattr(processes.os, "name", "nt")
    assert "Linux and macOS" in processes.why_not()


def test_the_stored_round_holds_two_digits():
    task = Task.from_bytes((capture.STORED / "task.npz").read_bytes())
    base_model = helpers.models.GradientModel(helpers.models.lenet())
    base_model.set_weights(task.weights)
    updates = [Update.from_bytes(path.read_bytes()) for path in capture.STORED.glob("reply_*.npz")]
    pictures = [helpers.analytic.peel(base_model, update.gradient) for update in updates]
    for number in (0, 1):
        x, _ = participants.own_pictures(number)
        assert min(helpers.metrics.mse(picture, x.reshape(28, 28)) for picture in pictures) < 1e-6
    assert sum(path.stat().st_size for path in capture.STORED.iterdir()) < 300_000


def test_a_damaged_or_pickled_kept_message_is_refused(tmp_path):
    whole = next(capture.STORED.glob("reply_*.npz")).read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", whole[:5000] + bytes(500) + whole[5500:]):
        with pytest.raises(ValueError, match="no message"):
            Update.from_bytes(damaged)
    np.savez(tmp_path / "pickled.npz", kind="Update", arrays=1, gradient_0=np.array([{"run": "me"}], dtype=object))
    with pytest.raises(ValueError, match="never opened"):
        Update.from_bytes((tmp_path / "pickled.npz").read_bytes())


@pytest.mark.parametrize("steps", [1, 3])
def test_the_same_steps_have_the_same_average(steps):
    from helpers.sweep_localsteps import SameSteps

    network = helpers.models.lenet(weights=0.5)
    x, y = participants.own_pictures(1)
    plain, before = helpers.models.GradientModel(network), network.get_weights()
    after = participants.weights_after(plain, x, y, steps, 0.1)
    assert all(np.array_equal(one, other) for one, other in zip(before, network.get_weights()))
    for old, new, slopes in zip(before, after, SameSteps(network, steps, 0.1).gradient(x, y)):
        np.testing.assert_allclose(slopes, (old - new) / (0.1 * steps), atol=1e-5)


@pytest.mark.parametrize("name", ["client_app.py", "server_app.py"])
def test_the_lesson_shows_the_code_that_runs(name):
    blocks = re.findall(r"^```python\n(.*?)^```", LESSON.read_text(encoding="utf-8"), re.M | re.S)
    code = (processes.APP / "curious" / name).read_text(encoding="utf-8")
    shown = [block for block in blocks if block.strip().splitlines()[0] in code]
    assert len(shown) == 1 and shown[0].strip() in code
