"""The live part of a run: bar, numbers, five tiles. Painted from labels and bars alone, so that events cost little."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.events import RunState
from app.core.labels import counted, counted_of
from app.core.outcomes import Balance
from app.core.texts import _, ngettext
from app.ui.pages.activity.run_list import tile_numbers
from app.ui.pages.run.model import RunModel
from app.ui.theme import SPACING, TYPE
from app.ui.widgets.labels import ElidedLabel, HelpLabel, SecondaryLabel, StrongLabel
from app.ui.widgets.painting import Tone
from app.ui.widgets.progress import ProgressLine, Tile
from app.ui.wording import about_time_left, number, rate_words


class ProgressSection(QWidget):
    def __init__(self, model: RunModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.percent = StrongLabel(size_px=TYPE.brand)
        self.words = SecondaryLabel(is_wrapping=False)
        self.current = ElidedLabel(is_second=True, size_px=TYPE.small)
        self.current.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.bar = ProgressLine(_("Progress"))
        self.tiles = (
            Tile("0", _("sent"), Tone.OK),
            Tile("0", _("already there")),
            Tile("0", _("skipped")),
            Tile("0", _("failed")),
            Tile("0", _("held or in doubt")),
        )
        self.sum = HelpLabel()
        line = QHBoxLayout()
        line.setSpacing(SPACING.l)
        line.addWidget(self.percent)
        line.addWidget(self.words)
        line.addWidget(self.current, 1)
        tiles = QHBoxLayout()
        tiles.setSpacing(10)
        for tile in self.tiles:
            tiles.addWidget(tile)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING.s)
        column.addLayout(line)
        column.addWidget(self.bar)
        column.addSpacing(SPACING.xs)
        column.addLayout(tiles)
        column.addWidget(self.sum)

    def show_now(self) -> None:
        model = self._model
        share = model.share
        self.percent.setText(_("{share} %").format(share=int(share * 100)) if share else "")
        self.percent.setVisible(bool(share))
        self.words.setText(self._line_words())
        self.current.set_words(self._current_words())
        self.bar.set_share(share)
        self.bar.set_tone(self._tone())
        self._show_tiles(model.balance)

    def _line_words(self) -> str:
        model, event = self._model, self._model.progress
        if model.is_active and event is not None:
            parts = [self._counts()]
            if model.is_paused:
                parts.append(_("paused"))
            elif event.seconds_left is not None and event.total:
                parts.append(about_time_left(event.seconds_left))
            parts.append(rate_words(event.per_second))
            return " · ".join(part for part in parts if part)
        if model.is_active:
            return _("Starting…")
        total = model.balance.total
        read = ngettext("{count} record read", "{count} records read", total.read).format(count=number(total.read))
        if model.is_finished:
            return _("{records}, and the balance adds up").format(records=read)
        return read

    def _counts(self) -> str:
        event = self._model.progress
        if event is None:
            return ""
        if event.kind is None:
            return number(event.done)
        if event.total is None:
            return str(counted(event.kind, event.done))
        return str(counted_of(event.kind, event.total, done=number(event.done), total=number(event.total)))

    def _current_words(self) -> str:
        model = self._model
        if not model.is_active:
            return ""
        if model.waiting_for:
            return _("Waiting: {reason}").format(reason=model.waiting_for)
        if model.progress is not None and model.progress.current_key and not model.is_paused:
            return _("now {key}").format(key=model.progress.current_key)
        return ""

    def _tone(self) -> Tone:
        model = self._model
        if model.is_finished:
            return Tone.WARNING if model.balance.needs_attention else Tone.OK
        if model.is_active:
            return Tone.WARNING if model.is_paused or model.waiting_for else Tone.ACCENT
        return Tone.ERROR if model.view is not None and model.view.state is RunState.FAILED else Tone.WARNING

    def _show_tiles(self, balance: Balance) -> None:
        numbers = tile_numbers(balance)
        if self._model.is_undo:
            sent, kept, removed, failed, doubtful = numbers
            numbers = (removed, kept, sent, failed, doubtful)
            self.tiles[0].set_caption(_("removed"))
            self.tiles[1].set_caption(_("kept"))
            self.tiles[4].set_caption(_("in doubt"))
            self.tiles[2].setVisible(sent > 0)
        tones = (Tone.OK, Tone.NEUTRAL, Tone.NEUTRAL, Tone.ERROR, Tone.WARNING)
        for tile, count, tone in zip(self.tiles, numbers, tones, strict=True):
            tile.set_number(number(count), tone if count else Tone.NEUTRAL)
        together, read = sum(numbers), balance.total.read
        if together == read and self._model.is_undo:
            words = _("Together {count}: every record that the import had created.")
            self.sum.setText(words.format(count=number(together)))
        elif together == read:
            self.sum.setText(_("Together {count}: every record that was read.").format(count=number(together)))
        else:
            under_way = number(read - together)
            self.sum.setText(
                _("Together {count} of {read} read; {under_way} are under way.").format(
                    count=number(together), read=number(read), under_way=under_way
                )
            )
