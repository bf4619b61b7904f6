import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.ui.theme import ThemeChoice, apply_theme
from app.ui.theme.tokens import DARK, LIGHT, Colours
from app.ui.widgets import (
    Banner,
    BodyLabel,
    Card,
    CardGrid,
    ConfirmSheet,
    Disclosure,
    ElidedLabel,
    EmptyState,
    IconButton,
    LinkButton,
    Monogram,
    PageHeader,
    PrimaryButton,
    ProgressLine,
    ScrollPage,
    SecondaryButton,
    SecondaryLabel,
    Sheet,
    StageRow,
    StageState,
    StatusBadge,
    SystemCard,
    Tile,
    Toast,
    Tone,
)
from tests.ui.accessibility import find
from tests.ui.gallery import PAGES


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(900, 600)
    with qtbot.waitActive(widget):
        widget.show()
    return widget


def test_a_sheet_has_room_for_its_buttons_and_no_more_height_than_its_words(qtbot: QtBot, page: QWidget) -> None:
    sheet = ConfirmSheet(page, "Begin?", "One line.", "A button with very many words indeed", cancel_words="w " * 20)
    sheet.open()
    qtbot.waitUntil(sheet.isVisible)
    for button in (sheet.cancel_button, sheet.confirm_button):
        qtbot.waitUntil(lambda button=button: button.width() == button.sizeHint().width())  # type: ignore[misc]
    layout = sheet.layout()
    assert layout is not None
    assert sheet.height() == layout.totalHeightForWidth(sheet.width())


@pytest.mark.parametrize(("width", "columns"), [(300, 1), (500, 2), (740, 3), (1028, 4), (2000, 4)])
def test_cards_take_as_many_columns_as_fit(qtbot: QtBot, width: int, columns: int) -> None:
    grid = CardGrid()
    qtbot.addWidget(grid)
    for number in range(6):
        grid.add_card(SystemCard(Monogram("M", "#F26322", "Magento"), f"Magento {number}", "Shop · source"))
    grid.resize(width, 600)
    grid.show()
    assert grid.columns() == columns
    assert len({card.x() for card in grid.cards()}) == columns
    assert max(card.geometry().right() for card in grid.cards()) < width


def test_a_cleared_grid_is_empty(qtbot: QtBot) -> None:
    grid = CardGrid()
    qtbot.addWidget(grid)
    grid.add_card(StatusBadge("Up to date", Tone.OK))
    grid.clear()
    assert grid.cards() == []


def test_a_system_card_is_read_out_as_one_thing(qtbot: QtBot) -> None:
    card = SystemCard(Monogram("SM", "#F28C28", "SALESmanago"), "SALESmanago", "Marketing · target")
    qtbot.addWidget(card)
    assert (card.accessibleName(), card.accessibleDescription()) == ("SALESmanago", "Marketing · target")


def test_what_an_answer_contains_never_becomes_markup(qtbot: QtBot) -> None:
    label = BodyLabel("<b>502</b> <img src=x>")
    qtbot.addWidget(label)
    assert label.textFormat() is Qt.TextFormat.PlainText


def test_shortened_text_is_still_there_as_a_whole(qtbot: QtBot) -> None:
    label = ElidedLabel("A very long name of an integration that cannot fit")
    qtbot.addWidget(label)
    label.resize(80, 20)
    label.show()
    assert label.text().endswith("…")
    assert label.toolTip() == label.accessibleName() == "A very long name of an integration that cannot fit"


def test_a_stage_says_its_state_in_words(qtbot: QtBot) -> None:
    row = StageRow("Sign-in", StageState.NOT_TRIED)
    qtbot.addWidget(row)
    assert row.message() == "Not tried"
    row.set_result(StageState.FAILED, "The key does not fit.", remedy="Enter it again")
    assert row.accessibleName() == "Sign-in: Failed. The key does not fit."
    row.show()
    with qtbot.waitSignal(row.remedy_wanted):
        qtbot.mouseClick(find(row, LinkButton), Qt.MouseButton.LeftButton)


def test_progress_stays_between_nothing_and_everything(qtbot: QtBot) -> None:
    bar = ProgressLine("Historical import")
    qtbot.addWidget(bar)
    for given, shown in ((-1, 0), (0.61, 0.61), (2, 1)):
        bar.set_share(given)
        assert bar.share() == shown
    bar.set_share(None)
    assert bar.share() is None
    bar.set_share(0.5)
    assert bar.share() == 0.5


def test_a_tile_reads_out_number_and_meaning(qtbot: QtBot) -> None:
    tile = Tile("0", "failed")
    qtbot.addWidget(tile)
    tile.set_number("3", Tone.ERROR)
    assert (tile.number(), tile.accessibleName()) == ("3", "3 failed")


def test_a_folded_part_opens_by_keyboard(page: QWidget, qtbot: QtBot) -> None:
    folded = Disclosure("Advanced", page)
    inside = QLabel("API address")
    folded.body.addWidget(inside)
    folded.show()
    assert not inside.isVisible()
    qtbot.keyClick(find(folded, QPushButton), Qt.Key.Key_Return)
    assert folded.is_open()
    assert inside.isVisible()


def test_a_banner_can_be_closed(page: QWidget, qtbot: QtBot) -> None:
    banner = Banner("Copy the secret again.", Tone.ERROR, page, title="Sign-in refused", is_closable=True)
    banner.show()
    assert banner.accessibleName() == "Sign-in refused Copy the secret again."
    with qtbot.waitSignal(banner.closed):
        qtbot.mouseClick(find(banner, IconButton), Qt.MouseButton.LeftButton)


def test_an_empty_state_offers_its_action(page: QWidget, qtbot: QtBot) -> None:
    action = PrimaryButton("New integration")
    empty = EmptyState("plus", "Nothing here yet", "Make your first integration.", action, page)
    empty.resize(600, 400)
    empty.show()
    with qtbot.waitSignal(action.clicked):
        qtbot.mouseClick(action, Qt.MouseButton.LeftButton)


def test_asking_first_does_nothing_until_confirmed(page: QWidget, qtbot: QtBot) -> None:
    sheet = ConfirmSheet(page, "Stop this run?", "What was sent stays.", "Stop")
    sheet.open()
    assert sheet.isVisible()
    assert sheet.focusWidget() is sheet.cancel_button
    with qtbot.waitSignal(sheet.declined), qtbot.assertNotEmitted(sheet.confirmed):
        qtbot.keyClick(sheet, Qt.Key.Key_Escape)


def test_a_dangerous_step_waits_for_the_typed_word(page: QWidget, qtbot: QtBot) -> None:
    sheet = ConfirmSheet(
        page, "Delete?", "Data already sent stays.", "Delete", is_dangerous=True, typed_word="Teeladen"
    )
    sheet.open()
    assert not sheet.confirm_button.isEnabled()
    qtbot.keyClicks(sheet.word_field, "teeladen")
    with qtbot.waitSignal(sheet.confirmed):
        qtbot.mouseClick(sheet.confirm_button, Qt.MouseButton.LeftButton)


def test_a_toast_replaces_the_one_before_and_takes_no_focus(page: QWidget, qtbot: QtBot) -> None:
    button = SecondaryButton("Back", page)
    button.show()
    button.setFocus()
    first = Toast.show_on(button, "Copied")
    gone: list[bool] = []
    first.destroyed.connect(lambda: gone.append(True))
    second = Toast.show_on(button, "Saved", action_words="Undo")
    qtbot.waitUntil(lambda: bool(gone))
    assert second.words() == "Saved"
    assert second.isVisible()
    assert button.hasFocus()


def test_no_dialog_blocks_the_window(page: QWidget) -> None:
    sheet = ConfirmSheet(page, "Stop?", "", "Stop")
    sheet.open()
    assert isinstance(sheet, QDialog)
    assert sheet.windowModality() is Qt.WindowModality.WindowModal
    sheet.reject()


def test_content_stays_in_line_with_the_header_when_it_scrolls(qtbot: QtBot) -> None:
    scrolled = ScrollPage("Integrations", actions=[PrimaryButton("New")])
    qtbot.addWidget(scrolled)
    card = QWidget()
    card.setMinimumHeight(2000)
    scrolled.body.addWidget(card)
    scrolled.resize(800, 400)
    scrolled.show()
    qtbot.waitUntil(lambda: card.mapTo(scrolled, card.rect().topRight()).x() == 800 - 28 - 1)


@pytest.mark.parametrize("name", PAGES)
def test_building_a_page_flashes_no_window(qtbot: QtBot, name: str) -> None:
    before = {widget for widget in QApplication.topLevelWidgets() if widget.isVisible()}
    shown: list[QWidget] = []
    watcher = _ShowWatcher(shown)
    application = QApplication.instance()
    assert application is not None
    application.installEventFilter(watcher)
    built = PAGES[name](None)
    application.removeEventFilter(watcher)
    qtbot.addWidget(built)
    assert [widget for widget in shown if widget not in before] == []


class _ShowWatcher(QObject):
    def __init__(self, shown: list[QWidget]) -> None:
        super().__init__()
        self._shown = shown

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's own name
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self._shown.append(watched)
        return False


def test_wrapped_words_get_all_their_lines_in_a_card_and_no_gap(qtbot: QtBot, page: QWidget) -> None:
    words = "The first records exactly as they would be sent. Nothing is written, here or there, before you say so."
    grid = CardGrid(page, min_card_px=180, max_columns=3)
    labels = [SecondaryLabel(words), SecondaryLabel("Short."), SecondaryLabel(words * 2)]
    for label in labels:
        card = Card()
        card.body.addWidget(label)
        card.body.addStretch(1)
        card.body.addWidget(SecondaryButton("Preview"))
        grid.add_card(card)
    for width in (900, 600):
        grid.resize(width, 400)
        grid.show()
        qtbot.waitUntil(lambda: all(each.height() == each.heightForWidth(each.width()) for each in labels))


def test_the_sentence_of_an_empty_state_is_never_cut(qtbot: QtBot, page: QWidget) -> None:
    state = EmptyState("package", "No products yet", "Read them from the source, or import a spreadsheet. " * 3)
    state.setParent(page)
    state.resize(600, 400)
    state.show()
    label = next(each for each in state.findChildren(QLabel) if each.text().startswith("Read them"))
    qtbot.waitUntil(lambda: label.height() == label.heightForWidth(label.width()))


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_a_sheet_has_an_edge_without_a_window_frame(
    qtbot: QtBot, page: QWidget, qapp: QApplication, colours: Colours
) -> None:
    apply_theme(qapp, ThemeChoice.DARK if colours.is_dark else ThemeChoice.LIGHT)
    sheet = Sheet(page, "Title")
    sheet.open()
    edge = sheet.grab().toImage()
    apply_theme(qapp, ThemeChoice.LIGHT)
    corners = [edge.pixelColor(0, 40), edge.pixelColor(edge.width() - 1, 40), edge.pixelColor(40, edge.height() - 1)]
    assert {each.name().upper() for each in corners} == {colours.line_strong}


def test_a_long_title_ends_in_dots_and_stands_whole_in_its_tool_tip(qtbot: QtBot, page: QWidget) -> None:
    title = "Practice: BigCommerce → ActiveCampaign, and a long name besides"
    header = PageHeader(title, "Preview", page, actions=[PrimaryButton("Start historical import")])
    header.resize(460, 80)
    header.show()
    label = find(header, ElidedLabel)
    assert label.text().endswith("…")
    assert label.toolTip() == label.accessibleName() == title


def test_tiles_beside_each_other_are_equally_high(qtbot: QtBot, page: QWidget) -> None:
    row = QHBoxLayout(page)
    tiles = [Tile("1", "sent"), Tile("2", "held back, or in doubt until somebody looks")]
    for tile in tiles:
        row.addWidget(tile)
    page.resize(300, 120)
    qtbot.waitUntil(lambda: len({tile.geometry().top() for tile in tiles}) == 1)
    assert len({tile.height() for tile in tiles}) == 1
