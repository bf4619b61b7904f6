import configparser
import gettext
import struct
import tomllib
from pathlib import Path

from defusedxml import ElementTree

import build_hook
import icons
import licences

ROOT = Path(__file__).resolve().parents[2]


def test_catalogues_are_compiled_into_the_wheel(tmp_path: Path) -> None:
    messages = tmp_path / "resources" / "locale" / "de" / "LC_MESSAGES"
    messages.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    (messages / "koppler.po").write_text(f'{header}msgid "Done"\nmsgstr "Fertig ✓"\n', encoding="utf-8")
    (messages.parents[1] / "koppler.pot").write_text(header, encoding="utf-8")
    included = build_hook.wheel_resources(tmp_path / "resources", tmp_path / "compiled")
    assert list(included.values()) == ["app/resources/locale/de/LC_MESSAGES/koppler.mo"]
    with Path(next(iter(included))).open("rb") as stream:
        assert gettext.GNUTranslations(stream).gettext("Done") == "Fertig ✓"


def test_other_resources_go_into_the_wheel_as_they_are(tmp_path: Path) -> None:
    included = build_hook.wheel_resources(ROOT / "resources", tmp_path)
    assert included[str(ROOT / "resources" / "icons" / "koppler.svg")] == "app/resources/icons/koppler.svg"


def test_pictures_of_the_readme_stay_out_of_the_wheel(tmp_path: Path) -> None:
    for name in ("pictures/home.png", "icons/koppler.svg"):
        path = tmp_path / "resources" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(b"as is")
    included = build_hook.wheel_resources(tmp_path / "resources", tmp_path / "compiled")
    assert list(included.values()) == ["app/resources/icons/koppler.svg"]


def test_the_icon_file_is_what_the_script_draws() -> None:
    assert (icons.ICONS / "koppler.svg").read_text(encoding="utf-8") == icons.draw_svg()


def test_pictures_have_their_size() -> None:
    for size_px in icons.PNG_SIZES_PX:
        png = (icons.ICONS / f"koppler-{size_px}.png").read_bytes()
        assert struct.unpack(">II", png[16:24]) == (size_px, size_px)


def test_the_windows_icon_points_at_its_pictures() -> None:
    ico = (icons.ICONS / "koppler.ico").read_bytes()
    _, kind, count = struct.unpack_from("<HHH", ico)
    assert (kind, count) == (1, len(icons.ICO_SIZES_PX))
    for index in range(count):
        length, offset = struct.unpack_from("<II", ico, 6 + 16 * index + 8)
        assert ico[offset : offset + 8] == b"\x89PNG\r\n\x1a\n"
        assert offset + length <= len(ico)


def test_the_mac_icon_is_as_long_as_it_says() -> None:
    icns = (icons.ICONS / "koppler.icns").read_bytes()
    assert icns[:4] == b"icns"
    assert struct.unpack(">I", icns[4:8])[0] == len(icns)


def test_functions_for_texts_are_declared_alike_everywhere() -> None:
    import catalogues

    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]
    declared = set(ruff["lint"]["flake8-gettext"]["extend-function-names"])
    assert declared <= set(catalogues.KEYWORDS)


def test_the_table_of_licences_names_every_package_that_is_installed_for_running() -> None:
    rows = [line for line in licences.TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][2:]
    assert [row.split("|")[1].strip() for row in rows] == licences.locked_names()


def test_bundles_use_the_packages_that_are_tested() -> None:
    def pins(lock: str) -> set[str]:
        lines = (ROOT / "packaging" / lock).read_text(encoding="utf-8").splitlines()
        return {line.removesuffix(" \\") for line in lines if line[:1].isalpha()}

    assert pins("requirements.lock") <= pins("requirements-bundle.lock")


def test_licence_files_are_copied_for_a_bundle(tmp_path: Path) -> None:
    for member in ("made_up-1.dist-info/licenses/LICENSE", "made_up-1.dist-info/METADATA", "pip-23.dist-info/LICENSE"):
        path = tmp_path / "venv" / "site-packages" / member
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("as is", encoding="utf-8")
    assert licences.copy_texts(tmp_path / "venv", tmp_path / "licences") == 1
    copied = {path.relative_to(tmp_path / "licences").as_posix() for path in (tmp_path / "licences").rglob("*.*")}
    assert copied == {"Koppler.txt", "third-party.md"}
    assert (tmp_path / "licences" / "made-up" / "licenses" / "LICENSE").is_file()


def test_desktop_files_name_what_is_installed() -> None:
    linux = ROOT / "packaging" / "linux"
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment,method-assign] # keys keep their capitals
    entry.read(linux / "koppler.desktop", encoding="utf-8")
    commands = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert entry["Desktop Entry"]["Exec"] in commands["gui-scripts"]
    component = ElementTree.parse(linux / "koppler.metainfo.xml").getroot()
    assert component is not None
    assert component.findtext("launchable") == "koppler.desktop"
    assert component.findtext("project_license") == commands["license"]
