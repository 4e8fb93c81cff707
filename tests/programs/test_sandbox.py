"""Programs that try to do harm, under every way of isolation that this machine has."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import domainbench
from domainbench import programs, schemas
from domainbench.programs import isolation as isolation_module
from domainbench.programs.interpreters import interpreter
from domainbench.programs.sandbox import (
    BUBBLEWRAP,
    METHODS,
    RLIMITS,
    Completed,
    Isolation,
    Limits,
    SandboxError,
    available_isolation,
    demand,
    probe,
    run,
)
from domainbench.schemas.errors import UsageError

PYTHON = Path(sys.executable)
# Enough for a busy machine; a test that means to pass never gets near it.
LIMITS = Limits(seconds=60, memory_mib=256, cpu_seconds=30, file_mib=8, processes=12, disk_mib=32)


@pytest.fixture(params=METHODS)
def isolation(request: pytest.FixtureRequest) -> Isolation:
    found = probe(request.param)
    if found is None:
        pytest.skip(f"{request.param} cannot be had on this machine")
    return found


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    folder = tmp_path / "inside"
    folder.mkdir()
    return folder


def python(
    source: str, folder: Path, isolation: Isolation, limits: Limits = LIMITS, **more: object
) -> Completed:
    return run(
        [str(PYTHON), "-I", "-S", "-c", textwrap.dedent(source)],
        cwd=folder,
        writable=[folder],
        readable=interpreter(PYTHON).folders,
        limits=limits,
        isolation=isolation,
        **more,  # pyright: ignore[reportArgumentType]
    )


def alive(mark: str) -> list[int]:
    """Processes that carry a word among their arguments."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if mark.encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
    return found


def sleeper(mark: str) -> str:
    """Source of a command that sleeps for minutes and can be found by a word."""
    return f"[sys.executable, '-I', '-S', '-c', 'import time; time.sleep(120)', '{mark}']"


def test_output_and_end(inside: Path, isolation: Isolation):
    source = """
        import os, sys
        print("out"); print("err", file=sys.stderr)
        open("made", "w").write("x")
        os.write(3, b"report")
        print(sys.stdin.read())
        sys.exit(7)
    """
    done = python(source, inside, isolation, feed="fed")
    assert (done.returncode, done.stdout, done.stderr) == (7, "out\nfed\n", "err\n")
    assert done.report == b"report"
    assert done.killed_by is None
    assert (inside / "made").read_text() == "x"
    assert 0 < done.seconds < 60
    assert 1 < done.peak_mib < 256


def test_a_signal_is_told_from_an_exit_code(inside: Path, isolation: Isolation):
    done = python("import os; os.kill(os.getpid(), 11)", inside, isolation)
    assert done.returncode == -signal.SIGSEGV
    assert python("raise SystemExit(255)", inside, isolation).returncode == 255


def test_keys_of_the_machine_are_hidden(inside: Path, isolation: Isolation):
    if not isolation.filesystem:
        pytest.skip("without a view of its own there is nothing to hide behind")
    source = """
        import os
        for path in ("/etc/shadow", "/etc/gshadow", "/etc/ssh", "/etc/ssl/private"):
            try:
                print(os.listdir(path) if os.path.isdir(path) else open(path).read(), end=";")
            except OSError:
                pass
    """
    done = python(source, inside, isolation)
    assert done.returncode == 0, done.stderr
    assert done.stdout.replace("[]", "").strip(";") == ""


def test_standard_input_is_empty(inside: Path, isolation: Isolation):
    assert python("import sys; print(repr(sys.stdin.read()))", inside, isolation).stdout == "''\n"


def test_environment_is_scrubbed(
    inside: Path, isolation: Isolation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HF_TOKEN", "secret-of-the-user")
    source = "import os; print(os.environ); print(os.path.isdir(os.environ['HOME']))"
    done = python(source, inside, isolation)
    assert "secret-of-the-user" not in done.stdout
    assert "'TZ': 'UTC'" in done.stdout
    assert "'PYTHONHASHSEED': '0'" in done.stdout
    assert "'OMP_NUM_THREADS': '1'" in done.stdout
    assert done.stdout.endswith("True\n")
    assert str(Path.home()) not in done.stdout.split("'HOME'")[1].split(",")[0]


def test_home_and_temporary_folder_can_be_written_and_go_away(inside: Path, isolation: Isolation):
    source = """
        import os, tempfile
        open(os.path.expanduser("~/a"), "w").write("x")
        print(tempfile.mkdtemp())
    """
    done = python(source, inside, isolation)
    assert done.returncode == 0, done.stderr
    assert not Path(done.stdout.strip()).exists()


@pytest.mark.parametrize(
    "source",
    [
        "import time; time.sleep(100)",
        "while True: pass",
        """
        import signal, time
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        while True: time.sleep(1)
        """,
    ],
    ids=["sleeps", "loops", "ignores signals"],
)
def test_hanging_program_is_ended(source: str, inside: Path, isolation: Isolation):
    done = python(source, inside, isolation, Limits(seconds=0.5))
    assert done.killed_by == "timeout"
    assert done.seconds < 20


def test_a_longer_run_may_work_all_the_time():
    assert Limits.within(30, 2048) == Limits()
    assert Limits.within(300.5, 64) == Limits(seconds=300.5, memory_mib=64, cpu_seconds=602)
    for seconds, memory in ((0, 2048), (float("nan"), 2048), (30, 63)):
        with pytest.raises(UsageError):
            Limits.within(seconds, memory)


def test_processor_time_is_limited(inside: Path, isolation: Isolation):
    done = python("while True: pass", inside, isolation, Limits(seconds=60, cpu_seconds=1))
    assert done.killed_by == "cpu"


def test_processor_time_of_all_processes_is_limited(inside: Path, isolation: Isolation):
    source = """
        import os
        for _ in range(3):
            if os.fork() == 0:
                while True: pass
        os.wait()
    """
    done = python(source, inside, isolation, Limits(seconds=60, cpu_seconds=1))
    assert done.killed_by == "cpu"


def test_allocating_too_much_fails(inside: Path, isolation: Isolation):
    done = python("bytearray(10**9)", inside, isolation)
    assert "MemoryError" in done.stderr
    assert done.killed_by is None


def test_memory_of_all_processes_is_limited(inside: Path, isolation: Isolation):
    source = """
        import os, time
        for _ in range(6):
            if os.fork() == 0:
                block = bytearray(os.urandom(1)) * (80 * 2**20)
                time.sleep(60)
                os._exit(0)
        time.sleep(60)
    """
    done = python(source, inside, isolation)
    assert done.killed_by == "memory"
    assert done.peak_mib > 256


def test_pages_that_processes_share_count_once(inside: Path, isolation: Isolation):
    source = """
        import os, time
        block = bytearray(os.urandom(1)) * (100 * 2**20)
        for _ in range(6):
            if os.fork() == 0:
                time.sleep(0.5)
                os._exit(0)
        for _ in range(6):
            os.wait()
    """
    done = python(source, inside, isolation)
    assert (done.returncode, done.killed_by) == (0, None)


def test_memory_without_a_process_is_limited(inside: Path, isolation: Isolation):
    source = """
        import os, time
        files = []
        while len(files) < 80:
            files.append(os.memfd_create("x"))
            os.write(files[-1], b"x" * 2**22)
            time.sleep(0.01)
        time.sleep(60)
    """
    assert python(source, inside, isolation).killed_by == "memory"


def test_processes_are_limited(inside: Path, isolation: Isolation):
    # No bomb: the loop ends by itself, and so do the children.
    mark = uuid.uuid4().hex
    source = f"""
        import os, sys, time
        mark = "{mark}"
        for _ in range(60):
            if os.fork() == 0:
                os.setsid()
                time.sleep(20)
                os._exit(0)
        time.sleep(20)
    """
    done = python(source, inside, isolation)
    assert done.killed_by == "processes"
    assert alive(mark) == []


def test_size_of_a_file_is_limited(inside: Path, isolation: Isolation):
    done = python("open('big', 'wb').write(b'x' * 2**26)", inside, isolation)
    assert "File too large" in done.stderr
    assert (inside / "big").stat().st_size <= 8 * 2**20


def test_disk_is_limited(inside: Path, isolation: Isolation):
    source = """
        import time
        for number in range(100):
            open(f"file{number}", "wb").write(b"x" * 2**22)
            time.sleep(0.02)
        time.sleep(60)
    """
    done = python(source, inside, isolation)
    assert done.killed_by == "disk"
    assert sum(file.stat().st_size for file in inside.iterdir()) < 400 * 2**20


def test_deleted_files_count_as_disk(inside: Path, isolation: Isolation):
    source = """
        import os, time
        files = []
        for number in range(60):
            files.append(open("file", "wb"))
            files[-1].write(b"x" * 2**22)
            files[-1].flush()
            os.remove("file")
            time.sleep(0.02)
        time.sleep(60)
    """
    assert python(source, inside, isolation).killed_by == "disk"


def test_temporary_folder_is_limited(inside: Path, isolation: Isolation):
    source = """
        import tempfile, time
        folder = tempfile.mkdtemp()
        for number in range(100):
            open(f"{folder}/{number}", "wb").write(b"x" * 2**22)
            time.sleep(0.02)
        time.sleep(60)
    """
    done = python(source, inside, isolation)
    assert done.killed_by == "disk" or "No space left" in done.stderr


def test_flood_of_output_is_cut(inside: Path, isolation: Isolation):
    source = """
        import os
        for number in range(2000):
            os.write(1, b"%d " % number * 5000)
            os.write(2, b"e" * 20000)
            os.write(3, b"r" * 20000)
        print("END")
    """
    done = python(source, inside, isolation, report_mib=1)
    assert done.returncode == 0
    assert len(done.stdout) == len(done.stderr) == 2**16
    assert done.stdout.endswith("END\n")
    assert (len(done.report), done.report_cut) == (2**20, True)


def test_endless_output_ends_with_the_time(inside: Path, isolation: Isolation):
    done = python("while True: print('x' * 10000)", inside, isolation, Limits(seconds=1))
    assert done.killed_by == "timeout"
    assert len(done.stdout) == 2**16


def test_no_process_outlives_the_program(inside: Path, isolation: Isolation):
    mark = uuid.uuid4().hex
    source = f"""
        import os, subprocess, sys
        subprocess.Popen({sleeper(mark)})
        subprocess.Popen({sleeper(mark)}, start_new_session=True, close_fds=False)
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execv(sys.executable, {sleeper(mark)})
            os._exit(0)
        print("started")
    """
    done = python(source, inside, isolation)
    assert (done.stdout, done.killed_by) == ("started\n", None)
    assert done.seconds < 60
    assert alive(mark) == []


def test_no_process_outlives_its_time(inside: Path, isolation: Isolation):
    mark = uuid.uuid4().hex
    source = f"""
        import os, signal, subprocess, sys
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen({sleeper(mark)}, start_new_session=True).wait()
    """
    done = python(source, inside, isolation, Limits(seconds=1))
    assert done.killed_by == "timeout"
    assert alive(mark) == []


def test_nothing_outlives_the_calling_process(inside: Path, isolation: Isolation):
    mark = uuid.uuid4().hex
    caller = f"""
        import sys
        from pathlib import Path
        from domainbench.programs.sandbox import Isolation, Limits, run
        from domainbench.programs.interpreters import interpreter
        folder = Path({str(inside)!r})
        run({sleeper(mark)}, cwd=folder, writable=[folder], isolation={isolation!r},
            readable=interpreter(Path(sys.executable)).folders, limits=Limits(seconds=100))
    """
    environment = {**os.environ, "TMPDIR": str(inside.parent)}
    process = subprocess.Popen([PYTHON, "-c", textwrap.dedent(caller)], env=environment)
    try:
        deadline = time.monotonic() + 60
        while len(alive(mark)) == 0 and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.2)
        assert alive(mark)
    finally:
        process.kill()
        process.wait()
    while (alive(mark) or len(list(inside.parent.iterdir())) > 1) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert alive(mark) == []
    assert list(inside.parent.iterdir()) == [inside]


def test_supervisor_ended_by_the_program(inside: Path):
    # Only without namespaces can it be reached.
    mark = uuid.uuid4().hex
    source = f"""
        import os, signal, subprocess, sys, time
        subprocess.Popen({sleeper(mark)}, start_new_session=True)
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)
    """
    isolation = probe(RLIMITS)
    assert isolation is not None
    done = python(source, inside, isolation)
    assert done.returncode == -signal.SIGKILL
    assert "ended its supervisor" in done.stderr
    assert alive(mark) == []


def test_no_set_user_id_and_no_capabilities(inside: Path, isolation: Isolation):
    done = python("print(open('/proc/self/status').read())", inside, isolation)
    status = dict(line.split(":\t") for line in done.stdout.splitlines() if ":\t" in line)
    assert status["NoNewPrivs"] == "1"
    assert {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {"0" * 16}


def filesystem(isolation: Isolation) -> None:
    if not isolation.filesystem:
        pytest.skip(f"{isolation.method} does not keep programs from files")


def network(isolation: Isolation) -> None:
    if not isolation.network:
        pytest.skip(f"{isolation.method} does not cut off the network")


def test_files_outside_stay(tmp_path: Path, inside: Path, isolation: Isolation):
    filesystem(isolation)
    canary = tmp_path / "canary"
    canary.write_text("sings")
    (tmp_path / "folder").mkdir()
    source = f"""
        import os, shutil
        def write(path): open(path, "w")
        def allow(path): os.chmod(path, 0o777)
        tmp = {str(tmp_path)!r}
        for path in (tmp + "/canary", tmp + "/folder", {str(PYTHON)!r}, "/etc/hostname"):
            for attempt in (os.remove, os.rmdir, write, allow):
                try:
                    attempt(path)
                    print("done", path)
                except OSError as error:
                    pass
        for path in ("/x", "/dev/x", "/etc/x", "/usr/x", "/proc/sys/kernel/panic", tmp + "/new"):
            try:
                open(path, "w").close()
                print("made", path)
            except OSError:
                pass
        for path in ("/etc", "/home", {str(Path.home())!r}, {str(tmp_path.parent)!r}):
            shutil.rmtree(path, ignore_errors=True)
    """
    before = [sorted(path.iterdir()) for path in (PYTHON.parent, Path.home(), Path("/etc"))]
    (inside / "own").write_text("may go")
    done = python(source, inside, isolation)
    # What it does in a /tmp of its own hurts nobody.
    assert [line for line in done.stdout.splitlines() if str(tmp_path) not in line] == []
    assert canary.read_text() == "sings"
    assert (tmp_path / "folder").is_dir()
    assert not (tmp_path / "new").exists()
    assert [sorted(path.iterdir()) for path in (PYTHON.parent, Path.home(), Path("/etc"))] == before
    assert not (inside / "own").exists()


def test_files_outside_cannot_be_read(tmp_path: Path, inside: Path, isolation: Isolation):
    filesystem(isolation)
    (tmp_path / "secret").write_text("of the user")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        server.listen()
        source = f"""
            import os, socket
            print(os.path.exists({str(tmp_path / "secret")!r}))
            print(os.listdir({str(tmp_path)!r}))
            print(os.path.exists(os.path.join({str(Path.home())!r}, ".profile")))
            print(os.path.exists("/run/docker.sock"), os.path.exists("/var/run"))
            try:
                socket.socket(socket.AF_UNIX).connect({str(tmp_path / "socket")!r})
                print("connected")
            except OSError:
                print("no connection")
        """
        done = python(source, inside, isolation)
    assert done.stdout.split("\n") == [
        "False", "['inside']", "False", "False False", "no connection", "",
    ]  # fmt: skip


def test_links_lead_nowhere(tmp_path: Path, inside: Path, isolation: Isolation):
    filesystem(isolation)
    (tmp_path / "canary").write_text("sings")
    (inside / "link").symlink_to(tmp_path / "canary")
    python("open('link', 'w').write('gone')", inside, isolation)
    assert (tmp_path / "canary").read_text() == "sings"


def test_network_is_cut_off(inside: Path, isolation: Isolation):
    network(isolation)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        # 192.0.2.1 belongs to nobody (RFC 5737): not even a leak would reach a machine.
        source = f"""
            import errno, socket
            for address in (("127.0.0.1", {port}), ("192.0.2.1", 80), ("name.invalid", 80)):
                try:
                    socket.create_connection(address, timeout=5)
                    print("connected")
                except socket.gaierror:
                    print("no name")
                except OSError as error:
                    print(errno.errorcode[error.errno])
            server = socket.create_server(("127.0.0.1", 0))
            socket.create_connection(server.getsockname()).close()
            print("its own")
        """
        done = python(source, inside, isolation)
        assert done.stdout.split("\n") == [
            "ECONNREFUSED", "ENETUNREACH", "no name", "its own", "",
        ]  # fmt: skip
        with pytest.raises(TimeoutError):
            server.accept()


def test_other_processes_are_out_of_reach(inside: Path, isolation: Isolation):
    if not isolation.processes:
        pytest.skip(f"{isolation.method} shares the processes")
    victim = subprocess.Popen(["sleep", "60"])
    try:
        source = f"""
            import os
            try:
                os.kill({victim.pid}, 9)
            except OSError:
                pass
            try:
                os.kill(-1, 15)
            except OSError:
                pass
        """
        python(source, inside, isolation)
        assert victim.poll() is None
    finally:
        victim.kill()
        victim.wait()


def test_folder_with_links_in_its_path(tmp_path: Path, isolation: Isolation):
    (tmp_path / "real" / "inside").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    folder = tmp_path / "link" / "inside"
    done = python("open('made', 'w').close()", folder, isolation)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "real" / "inside" / "made").exists()


def test_what_cannot_be_removed_is_removed(inside: Path, isolation: Isolation):
    source = """
        import os, tempfile
        folder = tempfile.mkdtemp()
        open(folder + "/file", "w").close()
        os.chmod(folder, 0)
        print(folder)
    """
    done = python(source, inside, isolation)
    assert not Path(done.stdout.strip()).exists()


def test_missing_program_is_told(inside: Path):
    isolation = probe(RLIMITS)
    assert isolation is not None
    with pytest.raises(SandboxError, match="could not be set up"):
        run(["/no/such/program"], cwd=inside, writable=[inside], isolation=isolation)


def test_missing_folder_is_told(tmp_path: Path, isolation: Isolation):
    with pytest.raises(UsageError, match="does not exist"):
        run(["true"], cwd=tmp_path / "none", writable=[], isolation=isolation)


def test_several_at_once(tmp_path: Path, isolation: Isolation):
    def one(number: int) -> str:
        folder = tmp_path / str(number)
        folder.mkdir()
        return python(f"print({number})", folder, isolation).stdout

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(one, range(12))) == [f"{number}\n" for number in range(12)]


@pytest.mark.parametrize("method", METHODS)
def test_weaker_forms_claim_no_more_than_they_give(method: str, inside: Path):
    if probe(method) is None:
        pytest.skip(f"{method} cannot be had on this machine")
    for form in isolation_module._forms(method):
        found = isolation_module._try(form)
        assert found is not None
        assert found == form or method == RLIMITS
        assert python("print('runs')", inside, form).stdout == "runs\n"


def test_isolation_where_namespaces_are_forbidden(inside: Path):
    # A sandbox that allows no further namespaces is such a machine.
    outer = probe(BUBBLEWRAP)
    if outer is None or outer.nested:
        pytest.skip("there is no bubblewrap that can forbid namespaces")
    source = """
        from domainbench.programs.sandbox import available_isolation, demand, probe
        print([probe(method) for method in ("bubblewrap", "unshare")])
        print(available_isolation().method)
        demand(available_isolation(), "network")
    """
    folders = [Path(str(m.__file__)).resolve().parent for m in (domainbench, programs, schemas)]
    done = run(
        [str(PYTHON), "-c", textwrap.dedent(source)],
        cwd=inside,
        writable=[inside],
        readable=[*interpreter(PYTHON).folders, *folders],
        isolation=outer,
    )
    assert done.stdout == "[None, None]\nrlimits\n"
    assert "rlimits, which does not cut off: network" in done.stderr


def test_the_best_method_is_taken():
    found = available_isolation()
    others = [one for method in METHODS if (one := probe(method))]
    cuts = [(one.network, one.filesystem, one.processes) for one in others]
    assert sum((found.network, found.filesystem, found.processes)) == max(map(sum, cuts))


def test_limits_alone_claim_nothing():
    found = probe(RLIMITS)
    assert found is not None
    assert not found.network
    assert not found.processes
    if os.getuid() == 0:
        assert not found.filesystem


def test_demand():
    full = Isolation("bubblewrap", network=True, filesystem=True, processes=True)
    some = Isolation("unshare", network=True, filesystem=False, processes=True)
    none = Isolation("rlimits", network=False, filesystem=False, processes=False)
    for isolation in (full, some, none):
        demand(isolation, "any")
    demand(full, "full")
    demand(some, "network")
    with pytest.raises(UsageError, match="cannot be had") as caught:
        demand(some, "full")
    assert "unshare, which does not cut off: filesystem" in str(caught.value)
    with pytest.raises(UsageError, match="cannot be had"):
        demand(none, "network")
    with pytest.raises(UsageError, match="unknown isolation 'ful'") as caught:
        demand(full, "ful")
    assert "did you mean full" in str(caught.value)


def test_unknown_method():
    with pytest.raises(UsageError, match="unknown way of isolation"):
        probe("docker")
