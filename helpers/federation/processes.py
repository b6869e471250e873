"""A real Flower federation on this machine, each part a process of its own: `running` (lessons 17 and 19).

    with running(participants=2) as federation:
        log = federation.run("path/of/an/app", {"local-steps": 0})

However the block ends, the processes end with it: by its last line, by an error, by an interrupt, and, because of
`watchdog.py`, also when the kernel is killed. They are all in one process group, which is killed as a whole. That is
why SuperLink is started with `--isolation process` and its SuperExec here: it would put its own outside the group.
"""

import contextlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from helpers.federation import machine
from helpers.federation.machine import alive as alive

APP = Path(__file__).with_name("app")  # one round with a curious server, lesson 17's
PARTS = {
    "flower-superlink": "SuperLink",
    "flower-supernode": "SuperNode",
    "flower-superexec": "SuperExec",
    "flwr-serverapp": "ServerApp",
    "flwr-clientapp": "ClientApp",
    "watchdog.py": "watchdog",
    "flwr": "flwr",
}


class FederationError(RuntimeError):
    """The federation cannot be started or has failed. Its text says in a sentence what, then a log's last lines."""


class _PortTaken(FederationError):
    """Somebody else took a port between our asking for a free one and our using it."""


def why_not():
    """The sentence that says why no federation can be started on this machine, or None if one can.

    Set the environment variable COURSE_FEDERATION to `stored` to go without one on any machine.
    """
    if os.environ.get("COURSE_FEDERATION") == "stored":
        return "No federation is started, because COURSE_FEDERATION is set to stored."
    if os.name != "posix":
        return "No federation is started, because this course starts Flower's processes on Linux and macOS alone."
    if importlib.util.find_spec("flwr") is None:
        return "No federation is started, because Flower is not installed here: pip install flwr."
    if shutil.which("flower-superlink", path=machine.environment("")["PATH"]) is None:
        return "No federation is started, because Flower is installed without its command flower-superlink."
    return None


@contextlib.contextmanager
def running(participants=2):
    """Start one SuperLink and `participants` SuperNodes, wait until they answer, and end them after the block.

    The SuperNode number i gets the settings partition-id=i and num-partitions=participants. All listen on the
    loopback address alone, on ports that were free. Nothing is encrypted. A progress bar shows what it waits for.

    Args:
        participants: how many SuperNodes, int from 1 on.

    Yields:
        a Federation.

    Raises:
        FederationError: it cannot be started here, or one of the processes stopped or did not answer in two minutes.
    """
    if reason := why_not():
        raise FederationError(reason)
    for last_try in (False, False, True):
        federation = Federation()
        try:
            federation._start(participants)
        except _PortTaken:
            federation._stop()
            if last_try:
                raise
        except BaseException:  # an interrupt too
            federation._stop()
            raise
        else:
            break
    try:
        yield federation
    finally:
        federation._stop()


class Federation:
    """What `running` yields.

    Attributes:
        folder: a Path, removed at the end: the logs and what Flower itself keeps.
        address: of SuperLink, a str with its port.
        seen: a dict from a process id to (part, the id of the process that started it), for all that ever ran.
    """

    def __init__(self):
        self.folder, self.address, self.seen = None, None, {}
        self._group, self._children = None, {}

    def run(self, app, settings=None, timeout=500):
        """Hand an app to SuperLink as `flwr run` does, and wait until its run is over.

        Args:
            app: the folder with the app's pyproject.toml.
            settings: a dict that overrides the app's own run config: str, int, float or bool.
            timeout: seconds, after which the run counts as failed.

        Returns:
            The run's log, a str.

        Raises:
            FederationError: the app cannot be handed in, it failed, it took too long, or a process stopped.
        """
        pairs = " ".join(f"{name}={json.dumps(value)}" for name, value in (settings or {}).items())
        command = ["flwr", "run", str(app), "course", "--stream", "--run-config", pairs]
        nodes = sum(name.startswith("SuperNode") for name in self._children)
        steps = ["the app is handed to SuperLink", "ServerApp starts", *["a ClientApp starts"] * nodes, "they compute"]
        process = self._begin("flwr run", command)
        ends = time.monotonic() + timeout
        with machine.Bar(steps) as bar:
            while process.poll() is None:
                if time.monotonic() > ends:
                    raise FederationError(self._said(f"The run was not over after {timeout} seconds", "flwr run"))
                self._check_alive()
                apps = [part for part, _ in self._look().values() if part in ("ServerApp", "ClientApp")]
                bar.reach(bool(apps) + min(len(apps), nodes + 1))
                time.sleep(0.1)
            bar.reach(len(steps))
        del self._children["flwr run"]
        log = self._log("flwr run")
        number = re.search(r"started run (\d+)", log)
        if process.returncode or not number:
            raise FederationError(self._said("SuperLink did not take the app", "flwr run"))
        status = self._status(number[1])
        if status is None:
            raise FederationError(self._said("Nobody could say how the run ended", "flwr ls"))
        if status != "finished:completed":
            raise FederationError(self._said(f"The run ended as {status!r}", "flwr run"))
        return log

    def _start(self, participants):
        self.folder = Path(tempfile.mkdtemp(prefix="federation-")).resolve()
        script = str(Path(__file__).with_name("watchdog.py"))
        watchdog = self._begin("watchdog", [sys.executable, script, str(self.folder)], stdin=subprocess.PIPE)
        self._group = watchdog.pid
        ports = machine.free_ports(1 + participants)
        self.address = f"127.0.0.1:{ports[0]}"
        home = self.folder / "home"
        home.mkdir()
        connection = ("[superlink]", 'default = "course"', "[superlink.course]", f'address = "{self.address}"')
        (home / "config.toml").write_text("\n".join([*connection, "insecure = true"]), encoding="utf-8")
        host = ["--insecure", "--host", "127.0.0.1", "--port"]
        self._begin("SuperLink", ["flower-superlink", *host, str(ports[0]), "--isolation", "process"])
        for number, port in enumerate(ports[1:]):
            settings = f"partition-id={number} num-partitions={participants}"
            node = ["flower-supernode", *host, str(port), "--superlink", self.address, "--node-config", settings]
            self._begin(f"SuperNode {number}", node)
        with machine.Bar([f"{name} answers" for name in list(self._children)[1:]]) as bar:
            for done, (name, port) in enumerate(zip(list(self._children)[1:], ports)):
                bar.reach(done)
                self._wait_until_it_answers(name, port)
            self._begin("SuperExec", ["flower-superexec", "--insecure", "--runtime-api-address", self.address])
            bar.reach(1 + participants)
        self._look()

    def _begin(self, name, command, stdin=subprocess.DEVNULL):
        environment = machine.environment(self.folder)
        command = [shutil.which(command[0], path=environment["PATH"]) or command[0], *command[1:]]
        with open(self.folder / f"{name}.log", "wb") as log:
            self._children[name] = subprocess.Popen(
                command,
                stdin=stdin,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=environment,
                process_group=self._group or 0,
            )
        return self._children[name]

    def _wait_until_it_answers(self, name, port):
        process, ends = self._children[name], time.monotonic() + 120
        while not (machine.listens(process.pid, port) and machine.is_healthy(port)):
            self._check_alive()
            if time.monotonic() > ends:
                raise FederationError(self._said(f"{name} did not answer within two minutes", name))
            time.sleep(0.1)

    def _check_alive(self):
        for name, process in self._children.items():
            if name != "flwr run" and process.poll() is not None:
                taken = "address already in use" in self._log(name).lower()
                raise (_PortTaken if taken else FederationError)(self._said(f"{name} has stopped", name))

    def _status(self, number):
        command = ["flwr", "ls", "course", "--run-id", number, "--format", "json"]
        try:
            self._begin("flwr ls", command).wait(120)
        except subprocess.TimeoutExpired:
            return None
        del self._children["flwr ls"]
        found = re.search(r'"status":\s*"([^"]*)"', self._log("flwr ls"))
        return found[1] if found else None

    def _look(self):
        """Remember who runs now; `seen`, a dict from id to (part, parent's id)."""
        for process in machine.members(self._group):
            with contextlib.suppress(psutil.Error):
                names = [Path(word).name for word in process.cmdline()[:3]]
                if part := next((PARTS[name] for name in names if name in PARTS), None):
                    self.seen[process.pid] = part, process.ppid()  # anew: it may have been seen before it was itself
        return self.seen

    def _log(self, name):
        text = (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
        return re.sub(r"\x1b\[[\d;]*m", "", text)  # without colours

    def _said(self, sentence, name):
        lines = self._log(name).strip().splitlines()[-8:] or ["(its log is empty)"]
        return f"{sentence}. The last lines of its log:\n" + "\n".join(f"  {line:.200}" for line in lines)

    def _stop(self):
        """End all that was started. The watchdog does it when its pipe closes; if it is gone, it is done here."""
        watchdog = self._children.get("watchdog")
        if watchdog is not None:
            watchdog.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                watchdog.wait(10)
            with contextlib.suppress(ProcessLookupError):
                if machine.members(self._group):  # so the group is still ours
                    os.killpg(self._group, signal.SIGKILL)
        for process in self._children.values():
            process.kill()
            process.wait()
        ends = time.monotonic() + 10
        while time.monotonic() < ends and (machine.members(self._group) or (self.folder and self.folder.exists())):
            time.sleep(0.02)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
