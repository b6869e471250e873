"""What starting processes asks of the machine: free ports, an environment, who listens, and a bar (lesson 17)."""

import contextlib
import http.client
import os
import socket
import sys
import sysconfig
from pathlib import Path

import psutil
from tqdm.auto import tqdm

COURSE = Path(__file__).resolve().parents[2]
_COLOURFUL = {"FORCE_COLOR", "CLICOLOR_FORCE"}  # a notebook's kernel sets them, and then JSON comes out coloured


def members(group):
    """The processes of a process group that are alive: a list of psutil.Process. Without a group there are none."""
    found = []
    for process in psutil.process_iter() if group else ():
        with contextlib.suppress(ProcessLookupError, psutil.Error):
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def alive(pids):
    """Those of the process ids that still run: a list of int. One that has ended and waits to be noticed does not."""
    running = []
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                running.append(pid)
    return running


def environment(folder):
    """What the processes find: nothing that calls home, nothing that installs, and this course's own Python first."""
    path = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    modules = [str(COURSE), *filter(None, [os.environ.get("PYTHONPATH")])]
    inherited = {name: value for name, value in os.environ.items() if name not in _COLOURFUL}
    return {
        **inherited,
        "NO_COLOR": "1",
        "PATH": os.pathsep.join(path),
        "PYTHONPATH": os.pathsep.join(modules),
        "PYTHONUNBUFFERED": "1",
        "FLWR_HOME": str(Path(folder) / "home"),
        "FLWR_TELEMETRY_ENABLED": "0",
        "FLWR_DISABLE_UPDATE_CHECK": "1",
        "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION": "1",
        "FLWR_SUPEREXEC_TASK_POLL_INTERVAL": "0.1",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }


def free_ports(count):
    """Ports that nobody uses now. All are asked for before the first is given back, so no two are the same."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def listens(pid, port):
    """Is it this process that listens on the port, and not a stranger's?"""
    try:
        connections = psutil.Process(pid).net_connections("tcp4")
    except psutil.AccessDenied:  # some systems keep that secret; then an answer has to do
        return True
    except psutil.NoSuchProcess:
        return False
    return any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in connections)


def is_healthy(port):
    """Does whoever listens there say that all is well?"""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Bar(tqdm):
    """A bar that says what is waited for: `reach(n)` when the first n of its steps are done."""

    def __init__(self, steps):
        self._steps = steps
        disabled = bool(os.environ.get("TQDM_DISABLE"))  # tqdm's own switch, which its notebook form overlooks
        super().__init__(total=len(steps), desc=steps[0], leave=False, unit="step", disable=disabled)

    def reach(self, done):
        """Only what has changed is drawn again."""
        if done > self.n:
            self.update(done - self.n)
            self.set_description(self._steps[min(done, len(self._steps) - 1)])
