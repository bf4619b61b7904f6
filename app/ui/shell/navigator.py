"""Which page is shown, and the way back.

Every section of the rail keeps its own stack of pages: who looks up an account in the middle of a form finds the form
as it was. Pages are built when they are first shown and thrown away when they are left by "back".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

PageFactory = Callable[..., QWidget]


@runtime_checkable
class LeavingPage(Protocol):
    """A page with something to lose implements this: call `proceed` now, or after the person agreed, or never."""

    def request_leave(self, proceed: Callable[[], None]) -> None: ...


@runtime_checkable
class RebuiltPage(Protocol):
    """A page that wants to keep typed values when the language changes: the arguments to build it anew with."""

    def rebuild_args(self) -> Mapping[str, object]: ...


@dataclass(slots=True)
class _Entry:
    name: str
    args: dict[str, object] = field(default_factory=dict)
    page: QWidget | None = None


class Navigator(QObject):
    """Pages call `push("run", run_id=7)`, `replace(…)`, `back()`; a section's name switches to that section.

    A page factory is called as `factory(navigator, **args)`.
    """

    page_shown = Signal(str)

    def __init__(
        self, stack: QStackedWidget, pages: Mapping[str, PageFactory], sections: Sequence[str], parent: QObject | None
    ) -> None:
        super().__init__(parent)
        self._stack = stack
        self._pages = dict(pages)
        self._trails = {section: [_Entry(section)] for section in sections if section in pages}
        self._section = next(iter(self._trails))

    @property
    def section(self) -> str:
        return self._section

    @property
    def page_name(self) -> str:
        return self._current().name

    def page(self) -> QWidget | None:
        return self._current().page

    def has_page(self, name: str) -> bool:
        return name in self._pages

    def can_go_back(self) -> bool:
        return len(self._trail()) > 1

    def push(self, name: str, **args: object) -> None:
        """Show a page on top of the current one. Raises KeyError for a name nobody registered."""
        if name not in self._pages:
            raise KeyError(name)
        if name in self._trails:
            self.open_section(name, **args)
            return
        self._trail().append(_Entry(name, args))
        self._show()

    def replace(self, name: str, **args: object) -> None:
        """Show a page instead of the current one: "back" will not return to it."""
        if name not in self._pages:
            raise KeyError(name)
        if name in self._trails:
            self._cut_to(1)
            self.open_section(name, **args)
            return
        old = self._trail().pop()
        self._trail().append(_Entry(name, args))
        self._show()
        self._drop(old)

    def back(self) -> None:
        if self.can_go_back():
            self._leave(lambda: self._cut_to(len(self._trail()) - 1))

    def open_section(self, section: str, **args: object) -> None:
        """Go to a section as it was left; a second time, or with arguments, to its first page."""
        if section == self._section and not args:
            if self.can_go_back():
                self._leave(lambda: self._cut_to(1))
            elif self._current().page is None:
                self._show()
            return
        self._section = section
        if args:
            for old in self._trail():
                self._drop(old)
            self._trails[section] = [_Entry(section, args)]
        self._show()

    def rebuild(self) -> None:
        """Build every page anew, the shown one now and the others when they are shown."""
        for trail in self._trails.values():
            for entry in trail:
                entry.args = _rebuild_args(entry.page, entry.args)
                self._drop(entry)
        self._show()

    def _trail(self) -> list[_Entry]:
        return self._trails[self._section]

    def _current(self) -> _Entry:
        return self._trail()[-1]

    def _leave(self, proceed: Callable[[], None]) -> None:
        _ask_to_leave(self._current().page, proceed)

    def _cut_to(self, length: int) -> None:
        dropped = self._trail()[length:]
        del self._trail()[length:]
        self._show()
        for entry in dropped:
            self._drop(entry)

    def _show(self) -> None:
        entry = self._current()
        if entry.page is None:
            entry.page = self._pages[entry.name](self, **entry.args)
            self._stack.addWidget(entry.page)
        # Asked before the switch: the stack would put the focus on the first button it finds.
        focused: QWidget | None = entry.page.focusWidget()  # null for a page never focused; the stub does not say so
        self._stack.setCurrentWidget(entry.page)
        if focused is None:
            entry.page.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        (focused or entry.page).setFocus(Qt.FocusReason.ActiveWindowFocusReason)
        self.page_shown.emit(entry.name)

    def _drop(self, entry: _Entry) -> None:
        if entry.page is not None:
            self._stack.removeWidget(entry.page)
            entry.page.deleteLater()
            entry.page = None


def _ask_to_leave(page: object, proceed: Callable[[], None]) -> None:
    if isinstance(page, LeavingPage):
        page.request_leave(proceed)
    else:
        proceed()


def _rebuild_args(page: object, args: dict[str, object]) -> dict[str, object]:
    return dict(page.rebuild_args()) if isinstance(page, RebuiltPage) else args
