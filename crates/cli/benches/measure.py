"""Runs a command and says what it cost; names the machine."""
import os
import pathlib
import subprocess
import threading
import time

COMMAND = str(pathlib.Path(__file__).resolve().parents[3] / "target/release/pkl2parquet")


class Cost:
    """What one run cost: seconds, seconds of processor, MB of anonymous memory at the peak, MB written."""

    def __init__(self, wall, cpu, memory, size):
        self.wall, self.cpu, self.memory, self.size = wall, cpu, memory, size


def anonymous(pid):
    """Kilobytes of memory that are no file's."""
    try:
        with open("/proc/%d/status" % pid, encoding="ascii") as status:
            return next((int(line.split()[1]) for line in status if line.startswith("RssAnon")), 0)
    except OSError:
        return 0


def run(command, output=None):
    """Runs `command`, whose memory is looked at every 2 ms; None if it fails. `output` is removed before."""
    if output is not None:
        pathlib.Path(output).unlink(missing_ok=True)
    peak, done = [0], threading.Event()

    def watch():
        while not done.is_set():
            peak[0] = max(peak[0], anonymous(process.pid))
            done.wait(0.002)

    start = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    watcher = threading.Thread(target=watch)
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    done.set()
    watcher.join()
    # So that Popen does not wait for it again.
    process.returncode = status
    if status:
        return None
    size = os.path.getsize(output) / 1e6 if output is not None else 0.0
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak[0] / 1000, size)


def machine():
    """The machine in a line."""
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        cpu = next(line.split(":", 1)[1].strip() for line in info if line.startswith("model name"))
    with open("/proc/meminfo", encoding="ascii") as info:
        memory = int(info.readline().split()[1]) / 2**20
    return f"{cpu}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB, Linux {os.uname().release.split('-')[0]}"
