"""The parts of the set-up that decide; nothing here installs or downloads anything."""

import ast
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from bootstrapping import commands, debian, environment, qt_libraries, screens
from bootstrapping.checkout import Checkout
from bootstrapping.guard import hold_setup
from bootstrapping.link_wheel import entry_points, path_line, write_link_wheel
from bootstrapping.pip_failures import explain_pip_failure
from bootstrapping.pip_progress import PipProgress
from bootstrapping.processes import hand_over, run_quietly, run_watched
from bootstrapping.reports import SetupError

ROOT = Path(__file__).resolve().parents[2]
BOOTSTRAP = ROOT / "packaging" / "bootstrap.py"


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A folder whose name is as awkward as a person's."""
    root = tmp_path / "Jürgens Übungs Ordner"
    (root / "packaging").mkdir(parents=True)
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (root / "packaging" / lock).write_text("made-up==1\n", encoding="utf-8")
    (root / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    return Checkout(root, is_windows=False)


def pretend_ready(checkout: Checkout, lock: Path) -> None:
    """A virtual environment whose interpreter is this one, with the mark of a finished set-up."""
    checkout.scripts.mkdir(parents=True, exist_ok=True)
    checkout.python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    checkout.python.chmod(0o755)
    version = environment._interpreter_version(checkout)
    assert version is not None
    environment._write_whole(environment._marker(checkout, lock), environment._fingerprint(checkout, lock, version))


# An interpreter that is too old


def test_an_old_python_can_read_the_file_that_turns_it_away() -> None:
    source = BOOTSTRAP.read_text(encoding="ascii")
    assert "->" not in source  # annotations would be a syntax error for the oldest
    ast.parse(source, feature_version=(3, 4))


def test_an_old_python_is_told_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    source = BOOTSTRAP.read_text(encoding="utf-8").replace("(3, 11)", "(99, 0)")
    with pytest.raises(SystemExit) as ended:
        exec(compile(source, "bootstrap.py", "exec"), {"__name__": "__main__"})  # noqa: S102 - our own file
    told = capsys.readouterr().err
    assert ended.value.code == 1
    assert "needs Python 99.0 or newer" in told
    assert "sudo apt-get install python3" in told


def test_help_names_every_command() -> None:
    shown = subprocess.run([sys.executable, BOOTSTRAP, "--help"], capture_output=True, text=True, check=True).stdout
    assert all(command in shown for command in ("run", "test", "lint", "wheel", "setup", "clean"))


def test_the_set_up_needs_the_standard_library_alone() -> None:
    for source in [BOOTSTRAP, *(ROOT / "packaging" / "bootstrapping").glob("*.py")]:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                top = name.partition(".")[0]
                assert top == "bootstrapping" or top in sys.stdlib_module_names, f"{source.name} imports {name}"


# Ready or not


@pytest.mark.skipif(sys.platform == "win32", reason="the pretended interpreter is a shell script")
class TestReadiness:
    def test_a_finished_set_up_is_recognised(self, checkout: Checkout) -> None:
        pretend_ready(checkout, checkout.runtime_lock)
        assert environment._is_ready(checkout, for_development=False)
        assert not environment._is_ready(checkout, for_development=True)

    def test_developers_packages_include_those_for_running(self, checkout: Checkout) -> None:
        pretend_ready(checkout, checkout.development_lock)
        assert environment._is_ready(checkout, for_development=True)
        assert environment._is_ready(checkout, for_development=False)

    def test_changed_requirements_are_installed_again(self, checkout: Checkout) -> None:
        pretend_ready(checkout, checkout.runtime_lock)
        checkout.runtime_lock.write_text("made-up==2\n", encoding="utf-8")
        assert not environment._is_ready(checkout, for_development=False)

    def test_a_killed_set_up_is_not_taken_for_finished(self, checkout: Checkout) -> None:
        pretend_ready(checkout, checkout.runtime_lock)
        environment._journal(checkout).touch()
        assert not environment._is_ready(checkout, for_development=False)

    def test_a_moved_folder_is_set_up_again(self, checkout: Checkout, tmp_path: Path) -> None:
        pretend_ready(checkout, checkout.runtime_lock)
        moved = Checkout(checkout.root.rename(tmp_path / "elsewhere"), is_windows=False)
        assert not environment._is_ready(moved, for_development=False)

    def test_an_interpreter_that_is_gone_is_noticed(self, checkout: Checkout) -> None:
        pretend_ready(checkout, checkout.runtime_lock)
        checkout.python.unlink()
        checkout.python.symlink_to("/nowhere/python3")
        assert not environment._is_ready(checkout, for_development=False)

    def test_a_ready_environment_is_left_alone(self, checkout: Checkout) -> None:
        pretend_ready(checkout, checkout.runtime_lock)
        environment.ensure_environment(checkout, for_development=False)
        assert not checkout.setup_guard.exists()


def test_the_packages_for_running_are_locked_alike_for_developers() -> None:
    def pins(lock: str) -> set[str]:
        lines = (ROOT / "packaging" / lock).read_text(encoding="utf-8").splitlines()
        return {line.removesuffix(" \\") for line in lines if line[:1].isalpha()}

    running = pins("requirements.lock")
    assert running <= pins("requirements-dev.lock")
    assert "pyside6-essentials==6.11.3" in running


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_carry_hashes_and_no_addresses(lock: str) -> None:
    content = (ROOT / "packaging" / lock).read_text(encoding="utf-8")
    requirements = [line for line in content.splitlines() if line[:1].isalpha()]
    assert all(line.endswith("\\") for line in requirements)  # each goes on with its hashes
    assert "--index-url" not in content
    assert "://" not in content


# One at a time


def test_a_second_set_up_waits_for_the_first(tmp_path: Path) -> None:
    guard, order = tmp_path / ".venv.lock", list[str]()

    def second() -> None:
        with hold_setup(guard):
            order.append("second")

    waiting = threading.Thread(target=second)
    with hold_setup(guard):
        waiting.start()
        order.append("first")
    waiting.join(30)
    assert order == ["first", "second"]


def test_a_folder_without_write_permission_is_explained(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot write into its own folder"), hold_setup(tmp_path / "absent" / "lock"):
        pytest.fail("held a lock that cannot exist")


# The link to the checkout


@pytest.mark.parametrize("is_windows", [False, True])
def test_the_link_is_plain_ascii_whatever_the_folder_is_called(checkout: Checkout, is_windows: bool) -> None:
    line = path_line(Checkout(checkout.root, is_windows=is_windows))
    assert line.isascii()
    assert set(line.strip().replace("\\", "/").split("/")) == {".."}


def test_the_link_wheel_is_whole(checkout: Checkout, tmp_path: Path) -> None:
    with zipfile.ZipFile(write_link_wheel(checkout, tmp_path)) as wheel:
        members = wheel.namelist()
        record = next(name for name in members if name.endswith("RECORD"))
        listed = [line.split(",")[0] for line in wheel.read(record).decode().splitlines()]
        points = wheel.read(next(name for name in members if name.endswith("entry_points.txt"))).decode()
    assert sorted(listed) == sorted(members)
    assert "koppler = app.__main__:main" in points


def test_entry_points_tell_console_from_window() -> None:
    points = entry_points({"scripts": {"a": "x:y"}, "gui-scripts": {"b": "x:z"}})
    assert points == "[console_scripts]\na = x:y\n[gui_scripts]\nb = x:z\n"


# Explanations


@pytest.mark.parametrize(
    ("output", "remedy"),
    [
        ("WARNING: Retrying after connection broken by 'NewConnectionError(...)'\nERROR: No matching", "internet"),
        ("ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407'))", "HTTPS_PROXY"),
        ("SSLError(SSLCertVerificationError(1, 'certificate verify failed'))", "PIP_CERT"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "report it"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: [WinError 5] Access is denied: 'Qt6Core.dll'", "Close Koppler"),
        ("ERROR: No matching distribution found for pyside6-essentials==6.11.3", "64-bit"),
        ("something else", "lines above"),
    ],
)
def test_a_failed_installation_says_what_to_do(output: str, remedy: str) -> None:
    told = explain_pip_failure(output)
    assert remedy in told
    assert "start the same command again" in told


def test_output_is_passed_on_and_remembered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    finished = run_watched(
        [sys.executable, "-c", "import sys; print('grün'); sys.exit(3)"], tmp_path, {"PYTHONUTF8": "1"}
    )
    assert (finished.exit_code, finished.errors.strip()) == (3, "grün")
    assert "grün" in capsys.readouterr().err


def test_pip_is_quiet_after_success_and_brief_after_failure(capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["Collecting made-up==1", *["WARNING: Retrying"] * 5, "ERROR: nothing found"]
    for is_ok, shown in ((True, []), (False, ["WARNING: Retrying", "ERROR: nothing found"])):
        progress = PipProgress(on_unpacking=lambda: None)
        for line in lines:
            progress.show(line)
        progress.finish(is_ok=is_ok)
        assert capsys.readouterr().err.splitlines() == shown


def test_only_a_killed_unpacking_leaves_something_to_repair() -> None:
    told: list[str] = []
    progress = PipProgress(on_unpacking=lambda: told.append("unpacking"))
    progress.show("Collecting made-up==1")
    assert told == []
    progress.show("Installing collected packages: made-up")
    assert told == ["unpacking"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(("story", "exit_code"), [("sys.exit(4)", 4), ("os.kill(os.getpid(), 9)", 137)])
def test_the_programs_exit_code_is_ours(tmp_path: Path, story: str, exit_code: int) -> None:
    assert hand_over([sys.executable, "-c", f"import os, sys; {story}"], tmp_path) == exit_code


def test_a_program_that_does_not_exist_is_an_answer_too(tmp_path: Path) -> None:
    assert not run_quietly([tmp_path / "absent"], tmp_path).is_ok


# Qt's system libraries


def test_missing_libraries_are_read_from_the_loader() -> None:
    output = (
        "\tlibxcb-cursor.so.0 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x7f)\n\tlibxcb-icccm.so.4 => not found\n"
    )
    assert qt_libraries.parse_ldd(output) == {"libxcb-cursor.so.0", "libxcb-icccm.so.4"}


def test_a_missing_library_is_read_from_a_failed_import() -> None:
    output = "Traceback …\nImportError: libEGL.so.1: cannot open shared object file: No such file or directory\n"
    assert qt_libraries.parse_import_failure(output) == {"libEGL.so.1"}
    assert qt_libraries.parse_import_failure("ImportError: broken\n") == {"ImportError: broken"}


def test_debian_is_given_one_command() -> None:
    told = qt_libraries.explain_missing(["libEGL.so.1"], debian.QT_WITHOUT_SCREEN)
    assert "libEGL.so.1" in told
    assert f"sudo apt-get install {' '.join(debian.QT_WITHOUT_SCREEN)}" in told


def test_other_systems_are_told_the_libraries() -> None:
    assert "your distribution" in qt_libraries.explain_missing(["libEGL.so.1"], ())


# Screens


@pytest.mark.parametrize(
    ("variables", "platform", "reason"),
    [
        ({}, "linux", "no screen here"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", None),
        ({"DISPLAY": ":61234"}, "linux", "does not answer"),
        ({"QT_QPA_PLATFORM": "offscreen", "WAYLAND_DISPLAY": "wayland-0"}, "linux", "QT_QPA_PLATFORM"),
        ({"QT_QPA_PLATFORM": "vnc:port=5900"}, "linux", None),
        ({}, "win32", None),
        ({"SSH_CONNECTION": "a b"}, "win32", "SSH"),
        ({}, "darwin", None),
        ({"SSH_TTY": "/dev/ttys001"}, "darwin", "SSH"),
    ],
)
def test_a_window_is_opened_only_where_it_is_seen(variables: dict[str, str], platform: str, reason: str | None) -> None:
    told = screens.why_no_screen(variables, platform)
    assert told is None if reason is None else reason in (told or "")


@pytest.mark.parametrize(
    ("display", "parsed"),
    [
        (":0", ("", 0)),
        (":1.0", ("", 1)),
        ("unix:2", ("", 2)),
        ("localhost:10.0", ("localhost", 10)),
        ("[::1]:3", ("::1", 3)),
        ("/private/tmp/launch/org.xquartz:0", ("/private/tmp/launch/org.xquartz", 0)),
        ("nonsense", None),
    ],
)
def test_displays_are_read(display: str, parsed: tuple[str, int] | None) -> None:
    assert screens.parse_display(display) == parsed


# Commands


@pytest.mark.parametrize(
    ("arguments", "is_command"),
    [
        ([], False),
        (["--data-dir", "here"], False),
        (["--data-dir", "here", "run", "shop"], True),
        (["--json"], False),
        (["--json", "systems"], True),
        (["--version"], True),
        (["demo"], True),
    ],
)
def test_a_command_is_told_from_options(arguments: list[str], is_command: bool) -> None:
    assert commands.names_command(arguments) is is_command


def test_tests_run_side_by_side_unless_the_person_says_otherwise() -> None:
    assert commands.parallel_options(["tests/core"], 2) == ["-n", "2", "--dist", "worksteal"]
    assert commands.parallel_options([], 64)[1] == "4"
    assert commands.parallel_options([], 1) == []
    assert commands.parallel_options(["-n0"], 2) == []
    assert commands.parallel_options(["--pdb"], 2) == []
    assert commands.parallel_options(["-p", "no:xdist"], 2) == []


def test_arguments_reach_the_program_as_they_are() -> None:
    assert commands._parse(["run", "--data-dir", "x y", "--json"]) == ("run", ["--data-dir", "x y", "--json"])
    assert commands._parse(["test", "--", "-k", "money"]) == ("test", ["-k", "money"])


def test_an_unknown_argument_is_refused_before_anything_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["clean", "everything"]) == 1
    assert "takes no arguments" in capsys.readouterr().err
