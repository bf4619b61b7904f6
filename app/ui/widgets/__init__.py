"""The window's toolkit. Words are `str | Text`; every constructor also takes `parent` (left out below).

Words and marks
    TitleLabel(words) · HeadingLabel(words, *, size_px=14) · StrongLabel(words, *, size_px=13) · BodyLabel(words)
    SecondaryLabel(words, *, is_wrapping=True, size_px=13) · HelpLabel(words) · MonoLabel(words)
    ToneLabel(words, role)  role: error | warning | ok | accent
    ElidedLabel(words, *, is_strong=False, is_second=False, size_px=13)  .set_words()
    StatusBadge(words, tone)  .set_status(words, tone)     Tone: NEUTRAL ACCENT OK WARNING ERROR
    Monogram(letters, colour, name, *, side_px=34) · MonogramPair(source, target) · HorizontalLine()

Buttons (signal clicked; Enter and Space press)
    PrimaryButton(words, *, icon=None, is_small=False) · SecondaryButton(…) · DangerButton(…)
    LinkButton(words) · IconButton(icon, name)

Fields (all: value(), set_value(v), signal value_changed(object))
    TextField(name, *, placeholder="", max_length=None, is_mono=False) · MultilineField(name, *, placeholder="")
    NumberField(name, *, minimum=0, maximum=999_999_999) -> int | None · SecretField(name)
    ChoiceField(name, [Choice(value, words)], *, selected=None) · DropDown(name, choices)  (a bare QComboBox)
    DateField(name) -> date | None, .is_readable() · PathField(name, *, patterns=("*.csv",))
    CheckBox(words, *, is_on=False) · Switch(words, *, is_on=False)
    FormField(label, control, *, help_text="", link=None, max_length=None, is_optional=False)
        .set_error(words)  .set_help(words)  .control
    SearchField(name, *, placeholder="", is_small=False, takes_ctrl_f=True)  signal searched(str)
    open_file_dialog(parent, title, *, patterns=(), start="")
    save_file_dialog(parent, title, *, suggested, patterns=())
        both answer an opened QFileDialog; connect fileSelected(str)

Choosing and moving
    ChipBar(name, [ChipChoice(key, words, count=None)], *, selected=None, is_wrapping=True)
        signal chosen(str); .selected() .select(key) .set_count(key, n)
    TabBar(name, [Tab(key, words)], *, selected=None)  signal chosen(str)
    StepHeader([words], *, current=0)  signal step_wanted(int); .set_current(i)

Surfaces
    ScrollPage(title, subtitle="" | QWidget, *, monograms=None, actions=(), is_scrolling=True)
        .header (PageHeader: set_title, set_subtitle, set_actions)  .fixed  .body
    Card(*, padding_px=16)  .body · CardButton(name)  .body, signal clicked · SystemCard(monogram, name, role)
    CardGrid(*, min_card_px=230, max_columns=4, gap_px=12)  .add_card(w) .clear() · FlowLayout(parent)
    Disclosure(words, *, is_open=False)  .body · Banner(message, tone, *, title="", actions=(), is_closable=False)
    EmptyState(icon, title, sentence="", action=None)

Tables
    TableFrame(name, model, [Column(width_px=None, delegate=None)], *, state=None, key="", row_height_px=36,
        selects_cells=False, is_shrinking=False)  .view; signal row_activated(int)
    BadgeDelegate() (TONE_ROLE) · MonoDelegate() · NumberDelegate() · CheckDelegate() (CheckStateRole)
    FieldDelegate() (PLACEHOLDER_ROLE, INVALID_ROLE)

What happens
    ProgressLine(name)  .set_share(0..1 | None) .set_tone(tone) · Tile(number, caption, tone)  .set_number(words, tone)
    StageRow(title, state, message)  .set_result(state, message, remedy=""); signal remedy_wanted
        StageState: OK WARNING FAILED NOT_TRIED RUNNING
    Toast.show_on(widget, words, *, action_words="")  signal action_wanted
    ConfirmSheet(parent, title, message, confirm_words, *, cancel_words="", is_dangerous=False, typed_word="")
        .open(); signals confirmed, declined · Sheet(parent, title)  .body .buttons

Dialogs are shown with `open()`, never `exec()`. Icons are Phosphor names ("gear-six"). Colours: `app.ui.theme`.
"""

from app.ui.widgets.badge import StatusBadge
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import DangerButton, IconButton, LinkButton, PrimaryButton, SecondaryButton
from app.ui.widgets.card import Card, CardButton, SystemCard
from app.ui.widgets.chips import Chip, ChipBar, ChipChoice
from app.ui.widgets.choice import Choice, ChoiceField, DropDown
from app.ui.widgets.confirm import ConfirmSheet, Sheet
from app.ui.widgets.date import DateField
from app.ui.widgets.delegates import (
    INVALID_ROLE,
    PLACEHOLDER_ROLE,
    TONE_ROLE,
    BadgeDelegate,
    CheckDelegate,
    FieldDelegate,
    MonoDelegate,
    NumberDelegate,
)
from app.ui.widgets.disclosure import Disclosure
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.fields import Field, MultilineField, NumberField, SecretField, TextField, mark_invalid
from app.ui.widgets.flow import CardGrid, FlowLayout
from app.ui.widgets.form import FormField
from app.ui.widgets.labels import (
    BodyLabel,
    ElidedLabel,
    HeadingLabel,
    HelpLabel,
    HorizontalLine,
    MonoLabel,
    SecondaryLabel,
    StrongLabel,
    TitleLabel,
    ToneLabel,
)
from app.ui.widgets.monogram import DirectionArrow, Monogram, MonogramPair
from app.ui.widgets.page import PageHeader, ScrollPage
from app.ui.widgets.painting import Tone, Words
from app.ui.widgets.path import PathField, open_file_dialog, save_file_dialog
from app.ui.widgets.progress import ProgressLine, Tile
from app.ui.widgets.search import SearchField
from app.ui.widgets.stage import StageRow, StageState
from app.ui.widgets.steps import StepHeader
from app.ui.widgets.table import Column, Table, TableFrame
from app.ui.widgets.tabs import Tab, TabBar
from app.ui.widgets.toast import Toast
from app.ui.widgets.toggle import CheckBox, Switch

__all__ = [
    "INVALID_ROLE",
    "PLACEHOLDER_ROLE",
    "TONE_ROLE",
    "BadgeDelegate",
    "Banner",
    "BodyLabel",
    "Card",
    "CardButton",
    "CardGrid",
    "CheckBox",
    "CheckDelegate",
    "Chip",
    "ChipBar",
    "ChipChoice",
    "Choice",
    "ChoiceField",
    "Column",
    "ConfirmSheet",
    "DangerButton",
    "DateField",
    "DirectionArrow",
    "Disclosure",
    "DropDown",
    "ElidedLabel",
    "EmptyState",
    "Field",
    "FieldDelegate",
    "FlowLayout",
    "FormField",
    "HeadingLabel",
    "HelpLabel",
    "HorizontalLine",
    "IconButton",
    "LinkButton",
    "MonoDelegate",
    "MonoLabel",
    "Monogram",
    "MonogramPair",
    "MultilineField",
    "NumberDelegate",
    "NumberField",
    "PageHeader",
    "PathField",
    "PrimaryButton",
    "ProgressLine",
    "ScrollPage",
    "SearchField",
    "SecondaryButton",
    "SecondaryLabel",
    "SecretField",
    "Sheet",
    "StageRow",
    "StageState",
    "StatusBadge",
    "StepHeader",
    "StrongLabel",
    "Switch",
    "SystemCard",
    "Tab",
    "TabBar",
    "Table",
    "TableFrame",
    "TextField",
    "Tile",
    "TitleLabel",
    "Toast",
    "Tone",
    "ToneLabel",
    "Words",
    "mark_invalid",
    "open_file_dialog",
    "save_file_dialog",
]
