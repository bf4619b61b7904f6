import gettext
import struct
import tomllib
from pathlib import Path

import build_hook
import icons

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
