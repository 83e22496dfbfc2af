"""The kernel's figures about running processes: processor time, memory, wake-ups."""

import os


def family(pid):
    """A process and all its descendants."""
    found = [pid]
    for thread in threads(pid):
        with open(f"{thread}/children") as children:
            for child in children.read().split():
                found += family(int(child))
    return found


def threads(pid):
    """The folders in /proc of a process's threads."""
    folder = f"/proc/{pid}/task"
    return [f"{folder}/{thread}" for thread in os.listdir(folder)]


def nanoseconds(pid):
    """Time on a processor, in user mode and in the kernel, of all threads of the whole family:
    the first number of schedstat (Linux, Documentation/scheduler/sched-stats)."""
    total = 0
    for member in family(pid):
        for thread in threads(member):
            with open(f"{thread}/schedstat") as schedstat:
                total += int(schedstat.read().split()[0])
    return total


def wake_ups(pid):
    """How often threads of the family have slept voluntarily, which is as often as they were woken
    (proc(5), status)."""
    total = 0
    for member in family(pid):
        for thread in threads(member):
            with open(f"{thread}/status") as status:
                for line in status:
                    if line.startswith("voluntary_ctxt_switches"):
                        total += int(line.split()[1])
    return total


def memory(pid):
    """The family's memory in bytes, by the names of smaps_rollup (proc(5)), and `Private`."""
    sizes = {}
    for member in family(pid):
        with open(f"/proc/{member}/smaps_rollup") as lines:
            for line in lines:
                name, _, rest = line.partition(":")
                if rest.strip().endswith("kB"):
                    sizes[name] = sizes.get(name, 0) + int(rest.split()[0]) * 1024
    sizes["Private"] = sizes["Private_Clean"] + sizes["Private_Dirty"]
    return sizes
