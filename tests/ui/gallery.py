"""Paints the toolkit and the window in light and dark, to be looked at: `python tests/ui/gallery.py FOLDER`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.shell import Level, LogLine, Navigator, Shell
from app.ui.theme import ThemeChoice, apply_theme
from app.ui.widgets import (
    INVALID_ROLE,
    PLACEHOLDER_ROLE,
    TONE_ROLE,
    BadgeDelegate,
    Banner,
    BodyLabel,
    Card,
    CardGrid,
    CheckBox,
    CheckDelegate,
    ChipBar,
    ChipChoice,
    Choice,
    ChoiceField,
    Column,
    ConfirmSheet,
    DangerButton,
    DateField,
    Disclosure,
    EmptyState,
    FieldDelegate,
    FormField,
    HeadingLabel,
    IconButton,
    LinkButton,
    MonoDelegate,
    Monogram,
    MonogramPair,
    MultilineField,
    NumberDelegate,
    NumberField,
    PathField,
    PrimaryButton,
    ProgressLine,
    ScrollPage,
    SearchField,
    SecondaryButton,
    SecondaryLabel,
    SecretField,
    StageRow,
    StageState,
    StatusBadge,
    StepHeader,
    StrongLabel,
    Switch,
    SystemCard,
    Tab,
    TabBar,
    TableFrame,
    TextField,
    Tile,
    Toast,
    Tone,
)

SYSTEMS = (
    ("SH", "#7AB55C", "Shopify", "Shop · source"),
    ("WC", "#7F54B3", "WooCommerce", "Shop · source"),
    ("BC", "#34313F", "BigCommerce", "Shop · source"),
    ("SW", "#189EFF", "Shopware", "Shop · source"),
    ("M", "#F26322", "Magento", "Shop · source"),
    ("DS", "#1F88C4", "Digistore24", "Shop · source"),
    ("IS", "#D6202B", "IdoSell", "Shop · source"),
    ("M+", "#055E9C", "MplusKASSA", "Cash register · both ways"),
    ("MC", "#C4A000", "Mailchimp", "Newsletter · both ways"),
    ("SM", "#F28C28", "SALESmanago", "Marketing · target"),
    ("CSV", "#217346", "CSV / Excel / XML file", "File · source"),
    ("★", "#6C4AC2", "Practice shop", "Try everything without an account"),
)


class MemoryState:
    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self.values.get(key)

    def set(self, key: str, value: str) -> None:
        self.values[key] = value


def pair(left: int, right: int) -> MonogramPair:
    source, target = SYSTEMS[left], SYSTEMS[right]
    return MonogramPair(Monogram(*source[:3]), Monogram(*target[:3]))


def integration_card(left: int, right: int, status: tuple[str, Tone], title: str, facts: str, action: str) -> Card:
    card = Card()
    card.body.setSpacing(4)
    top = QHBoxLayout()
    top.addWidget(pair(left, right))
    top.addStretch(1)
    top.addWidget(StatusBadge(*status))
    card.body.addLayout(top)
    card.body.addSpacing(8)
    card.body.addWidget(StrongLabel(title))
    card.body.addWidget(SecondaryLabel(facts, size_px=12))
    card.body.addSpacing(6)
    card.body.addStretch(1)
    row = QHBoxLayout()
    row.setSpacing(14)
    row.addWidget(SecondaryButton(action, is_small=True))
    row.addWidget(LinkButton("Details"))
    row.addStretch(1)
    row.addWidget(IconButton("dots-three-bold", "More"))
    card.body.addLayout(row)
    return card


def home(_navigator: Navigator) -> QWidget:
    page = ScrollPage(
        "Integrations",
        "What moves from your shops to your tools, and when it last did.",
        actions=[SecondaryButton("Import settings…"), PrimaryButton("New integration", icon="plus-bold")],
    )
    own = CardGrid(min_card_px=280, max_columns=3, gap_px=14)
    ok, running, bad = ("Up to date", Tone.OK), ("Running", Tone.ACCENT), ("Needs attention", Tone.ERROR)
    facts = "4 812 contacts · 9 377 orders\nLast sync today 13:45"
    own.add_card(integration_card(2, 3, ok, "Keramik-Shop → ActiveCampaign", facts, "Sync now"))
    importing = "Historical import · 61 % · 4 min left"
    own.add_card(integration_card(5, 4, running, "Kurse → Konnektive (Kampagne 12)", importing, "Open run"))
    broken = "The shop redirects to another address. Nothing was sent since Tuesday."
    own.add_card(integration_card(1, 10, bad, "Teeladen → Brevo", broken, "Fix"))
    page.body.addWidget(own)
    page.body.addSpacing(8)
    page.body.addWidget(HeadingLabel("Choose where your data comes from"))
    filters = QHBoxLayout()
    search = SearchField("Search systems", placeholder="Search 22 systems…")
    search.setFixedWidth(260)
    filters.addWidget(search)
    words = ("All", "Shops", "Newsletter", "CRM", "Cash register", "Files")
    filters.addWidget(ChipBar("Kind", [ChipChoice(word, word) for word in words], is_wrapping=False))
    filters.addStretch(1)
    page.body.addLayout(filters)
    grid = CardGrid(gap_px=10)
    for letters, colour, name, role in SYSTEMS:
        grid.add_card(SystemCard(Monogram(letters, colour, name), name, role))
    page.body.addWidget(grid)
    return page


def connect(_navigator: Navigator) -> QWidget:
    steps = StepHeader(["Systems", "Connect", "What to send", "Products", "Preview"], current=1)
    page = ScrollPage("New integration · IdoSell → SALESmanago", steps, monograms=pair(6, 9))
    columns = QHBoxLayout()
    columns.setSpacing(26)
    form = QVBoxLayout()
    form.setSpacing(14)
    form.addWidget(HeadingLabel("SALESmanago account"))
    name = TextField("Name")
    name.setText("SALESmanago Hauptkonto")
    form.addWidget(FormField("Name", name, help_text="Only you see this name."))
    two = QHBoxLayout()
    two.setSpacing(14)
    two.addWidget(FormField("Client ID", TextField("Client ID"), link=LinkButton("Where do I find this?")))
    two.addWidget(FormField("Endpoint", TextField("Endpoint"), help_text="As shown in Settings › Integration."))
    form.addLayout(two)
    secret = SecretField("API secret")
    secret.setText("aaaaaaaaaaaaaaaaaaaa")
    wrong = FormField("API secret", secret, help_text="Kept in the Windows Credential Manager, never in a file.")
    wrong.set_error("This secret does not fit the Client ID. Copy both again.")
    form.addWidget(wrong)
    consent = [Choice("a", "Only with consent"), Choice("b", "Everyone, incl. newsletter without an account")]
    form.addWidget(FormField("Contacts to send", ChoiceField("Contacts", consent)))
    limited = TextField("Opt-out")
    limited.setText("a7Kd93Lq")
    form.addWidget(FormField("Opt-out security parameter", limited, help_text="Any text.", max_length=16))
    form.addStretch(1)
    columns.addLayout(form, 6)
    columns.addLayout(connection_test(), 4)
    page.body.addLayout(columns)
    return page


def connection_test() -> QVBoxLayout:
    side = QVBoxLayout()
    side.setSpacing(16)
    test = Card()
    head = QHBoxLayout()
    head.addWidget(StrongLabel("Connection test"))
    head.addStretch(1)
    head.addWidget(SecondaryButton("Test again", is_small=True))
    test.body.addLayout(head)
    test.body.setSpacing(0)
    for title, state, message in (
        ("Address found", StageState.OK, "app2.salesmanago.pl · 34 ms"),
        ("Secure connection", StageState.WARNING, "TLS 1.3, certificate valid until 12 Mar 2027"),
        ("Sign-in refused", StageState.FAILED, "SALESmanago says: “Not authenticated”. Copy both again."),
        ("Permissions", StageState.RUNNING, ""),
        ("Sample record", StageState.NOT_TRIED, ""),
    ):
        row = StageRow(title, state, message)
        if state is StageState.FAILED:
            row.set_result(state, message, "Show me where")
        test.body.addWidget(row)
    side.addWidget(test)
    buttons = QHBoxLayout()
    buttons.addStretch(1)
    go_on = PrimaryButton("Continue")
    go_on.setEnabled(False)
    for button in (SecondaryButton("Back"), SecondaryButton("Save as draft"), go_on):
        buttons.addWidget(button)
    side.addLayout(buttons)
    side.addStretch(1)
    return side


def product_model() -> QStandardItemModel:
    model = QStandardItemModel(0, 6)
    model.setHorizontalHeaderLabels(["", "SKU", "Product in Digistore24", "VAT", "Konnektive product number", "Match"])
    header = model.horizontalHeaderItem(3)
    header.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    for sku, name, vat, number, match, tone in (
        ("HERB-01", "Kräutertee Morgentau 100 g", "7 %", "4011", "exact SKU", Tone.OK),
        ("HERB-02", "Kräutertee Abendruhe 100 g", "7 %", "4012", "exact SKU", Tone.OK),
        ("GT-SEN-250", "Grüntee Sencha 250 g", "19 %", "4020", "similar name 94 %", Tone.WARNING),
        ("SET-XMAS", "Geschenkset Weihnachten", "19 %", "", "uses “All products”", Tone.NEUTRAL),
        ("85123A", "T-Light-Halter Herz weiß", "19 %", "85123A", "letters not allowed", Tone.ERROR),
    ):
        row = [QStandardItem(words) for words in ("", sku, name, vat, number, match)]
        row[0].setCheckable(True)
        row[0].setCheckState(Qt.CheckState.Checked if sku == "HERB-02" else Qt.CheckState.Unchecked)
        row[4].setData("4999 (All products)", PLACEHOLDER_ROLE)
        row[4].setData(tone is Tone.ERROR, INVALID_ROLE)
        row[5].setData(tone, TONE_ROLE)
        model.appendRow(row)
    return model


def products(_navigator: Navigator) -> QWidget:
    actions = [SecondaryButton("Import CSV/Excel…"), SecondaryButton("Export…"), PrimaryButton("Match automatically")]
    page = ScrollPage("Kurse → Konnektive", "Product mapping", monograms=pair(5, 4), actions=actions)
    names = ("Overview", "Connection", "What to send", "Products", "Fields", "Runs")
    page.fixed.addWidget(TabBar("Parts", [Tab(name, name) for name in names], selected="Products"))
    page.fixed.addSpacing(16)
    filters = QHBoxLayout()
    filters.addWidget(SearchField("Search products", placeholder="Search name, SKU, EAN…"), 1)
    counted = [ChipChoice("a", "All", 1204), ChipChoice("u", "Unmapped", 37), ChipChoice("e", "Errors", 1)]
    filters.addWidget(ChipBar("Show", counted, is_wrapping=False))
    filters.addStretch(1)
    page.body.addLayout(filters)
    columns = [
        Column(40, CheckDelegate()),
        Column(150, MonoDelegate()),
        Column(),
        Column(70, NumberDelegate()),
        Column(210, FieldDelegate()),
        Column(200, BadgeDelegate()),
    ]
    table = TableFrame("Products", product_model(), columns, row_height_px=42, selects_cells=True, is_shrinking=True)
    table.view.model().setParent(table)
    page.body.addWidget(table)
    table.view.setCurrentIndex(table.view.model().index(1, 4))
    table.view.selectRow(2)
    page.body.addWidget(SecondaryLabel("Paste a column from Excel with Ctrl+V · Undo with Ctrl+Z", size_px=12))
    return page


def run(_navigator: Navigator) -> QWidget:
    page = ScrollPage(
        "Historical import",
        "Keramik-Shop → ActiveCampaign · started 14:02 · resumes by itself after a crash or power cut",
        monograms=pair(2, 3),
        actions=[SecondaryButton("Pause"), SecondaryButton("Stop…")],
    )
    line = QHBoxLayout()
    line.addWidget(HeadingLabel("61 %"))
    line.addWidget(SecondaryLabel("15 823 of 25 900 orders · about 4 min left · 41 orders/s"), 1)
    page.body.addLayout(line)
    bar = ProgressLine("Progress")
    bar.set_share(0.61)
    page.body.addWidget(bar)
    tiles = CardGrid(min_card_px=150, max_columns=5, gap_px=10)
    for number, caption, tone in (
        ("4 372", "contacts sent", Tone.NEUTRAL),
        ("15 401", "orders sent", Tone.OK),
        ("388", "skipped · guests", Tone.NEUTRAL),
        ("31", "already there", Tone.NEUTRAL),
        ("3", "failed", Tone.ERROR),
    ):
        tiles.add_card(Tile(number, caption, tone))
    page.body.addWidget(tiles)
    tools = (LinkButton("Fix it"),)
    page.body.addWidget(Banner("The shop asks for fewer requests. The run goes on more slowly.", Tone.WARNING))
    page.body.addWidget(
        Banner("Copy the secret again.", Tone.ERROR, title="Sign-in refused", actions=tools, is_closable=True)
    )
    page.body.addWidget(Banner("Nothing has left your PC yet.", Tone.ACCENT))
    page.body.addWidget(EmptyState("check-circle", "Nothing failed", "Every order arrived.", SecondaryButton("Done")))
    return page


def everything(_navigator: Navigator) -> QWidget:
    page = ScrollPage("Everything else", "")
    buttons = QHBoxLayout()
    for button in (PrimaryButton("Primary"), SecondaryButton("Secondary"), DangerButton("Delete…"), LinkButton("Link")):
        buttons.addWidget(button)
    buttons.addWidget(IconButton("gear-six", "Settings"))
    for kind in (PrimaryButton, SecondaryButton, DangerButton):
        disabled = kind("Disabled")
        disabled.setEnabled(False)
        buttons.addWidget(disabled)
    buttons.addStretch(1)
    page.body.addLayout(buttons)
    many = [Choice(str(number), f"Choice number {number}") for number in range(9)]
    grid = CardGrid(min_card_px=300, max_columns=2, gap_px=16)
    grid.add_card(FormField("Drop-down", ChoiceField("Drop-down", many), is_optional=True))
    grid.add_card(FormField("Since", DateField("Since"), help_text="Empty means: from the beginning."))
    grid.add_card(FormField("File", PathField("File", patterns=("*.csv",), placeholder="orders.csv")))
    grid.add_card(FormField("Requests per second", NumberField("Requests", maximum=50)))
    grid.add_card(FormField("Addresses", MultilineField("Addresses", placeholder="One per line")))
    off = TextField("Disabled")
    off.setText("Not to be changed here")
    off.setEnabled(False)
    grid.add_card(FormField("Disabled", off))
    page.body.addWidget(grid)
    row = QHBoxLayout()
    row.addWidget(Switch("Active", is_on=True))
    row.addWidget(Switch("Quiet at night"))
    row.addWidget(CheckBox("Include guests", is_on=True))
    row.addWidget(CheckBox("Include drafts"))
    row.addStretch(1)
    page.body.addLayout(row)
    badges = QHBoxLayout()
    for tone in Tone:
        badges.addWidget(StatusBadge(tone.value, tone))
    badges.addStretch(1)
    page.body.addLayout(badges)
    advanced = Disclosure("Advanced", is_open=True)
    advanced.body.addWidget(BodyLabel("The API address may point to a staging shop."))
    page.body.addWidget(advanced)
    page.body.addWidget(Disclosure("Folded"))
    return page


def sample_log() -> list[LogLine]:
    start = datetime(2026, 11, 21, 14, 2, 11, tzinfo=UTC)
    rows: tuple[tuple[Level, str], ...] = (
        ("ok", "Digistore24 → Konnektive · 3 new orders sent, 0 failed"),
        ("info", "Next run in 15 min"),
        ("warning", "WooCommerce “Teeladen” answered 301 → https://www.teeladen.example · the shop redirects"),
        ("error", "Test stopped at “Redirects”. Nothing was sent."),
        ("debug", "GET /orders 200 · 34 ms"),
        ("info", "Log entries older than 30 days removed (412)"),
    )
    return [
        LogLine(number, start + timedelta(seconds=7 * number), level, message, has_details=level == "error")
        for number, (level, message) in enumerate(rows)
    ]


PAGES: dict[str, Callable[..., QWidget]] = {
    "integrations": home,
    "accounts": connect,
    "activity": products,
    "settings": run,
    "practice": everything,
    "help": home,
}


def main(folder: Path) -> None:
    app = QApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    for choice in (ThemeChoice.LIGHT, ThemeChoice.DARK):
        apply_theme(app, choice)
        shell = Shell(PAGES, MemoryState())
        shell.set_count("activity", 1)
        shell.log_pane.append(sample_log())
        shell.show()
        for size in ((1280, 800), (1024, 700), (900, 640)):
            shell.resize(*size)
            for name in ("integrations", "accounts", "activity", "settings", "practice"):
                shell.navigator.open_section(name)
                QTest.qWait(260)
                shell.grab().save(str(folder / f"{name}_{choice.value}_{size[0]}.png"))
        sheet = ConfirmSheet(
            shell, "Delete this integration?", "Data already sent stays where it is.", "Delete", is_dangerous=True
        )
        sheet.open()
        QTest.qWait(100)
        sheet.grab().save(str(folder / f"sheet_{choice.value}.png"))
        sheet.reject()
        shell.log_pane.set_collapsed(is_collapsed=True)
        Toast.show_on(shell, "Copied", action_words="Undo")
        QTest.qWait(100)
        shell.grab().save(str(folder / f"toast_{choice.value}.png"))
        shell.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
