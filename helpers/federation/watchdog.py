"""Ends a federation's processes when whoever started them is gone. A script of its own: `python watchdog.py FOLDER`.

It leads the process group that all of them are in, and reads from a pipe that nobody writes to. The other end is held
by the notebook. When that end closes, on purpose or because the kernel was killed, reading stops here: the whole group
is killed, and FOLDER removed. It imports nothing but the standard library, so that it starts at once (lesson 17).
"""

import os
import shutil
import signal
import sys
import time


def watch(folder):
    """Wait for the pipe to close, then end the process group and remove the folder."""
    for name in ("SIGINT", "SIGHUP", "SIGTERM"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    print("watching", flush=True)
    sys.stdin.buffer.read()
    group = os.getpgrp()
    if os.fork():
        while True:  # as long as its leader lives, the group's number cannot become somebody else's
            time.sleep(1)
    os.setsid()  # the child leaves the group, ends it, and cleans up
    os.killpg(group, signal.SIGKILL)
    for _ in range(40):  # a process that dies may still have been writing
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):
            break
        time.sleep(0.05)


if __name__ == "__main__":
    watch(sys.argv[1])
