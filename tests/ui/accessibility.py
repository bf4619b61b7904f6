"""Walks a window as a screen reader would, and looks for controls nobody could name."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

_Kind = TypeVar("_Kind", bound=QWidget)
_KEYBOARD = Qt.FocusPolicy.TabFocus


def unnamed_controls(widget: QWidget) -> list[str]:
    """Descriptions of all focusable controls under `widget`, itself included, that have no name to be read out.

    A control that is hidden itself is left out; one on a page that is merely not in front is not.
    """
    controls = [widget, *(child for child in widget.findChildren(QWidget) if not child.isHidden())]
    return [_describe(control) for control in controls if _takes_keyboard(control) and not _spoken_name(control)]


def find(widget: QWidget, kind: type[_Kind]) -> _Kind:
    """The first child of a kind; fails the test if there is none."""
    child = widget.findChild(kind)
    assert child is not None, f"no {kind.__name__} in {type(widget).__name__}"
    return child


def tab_chain(widget: QWidget) -> list[QWidget]:
    """What Tab reaches under `widget`, in order, hidden and disabled controls left out."""
    chain: list[QWidget] = []
    current = widget.nextInFocusChain()
    while current is not None and current is not widget:
        if widget.isAncestorOf(current) and _takes_keyboard(current) and current.isVisible() and current.isEnabled():
            chain.append(current)
        current = current.nextInFocusChain()
    return chain


def _takes_keyboard(control: QWidget) -> bool:
    if control.focusProxy() is not None or control.objectName() == "qt_scrollarea_viewport":
        return False
    is_bare_area = type(control) is QAbstractScrollArea
    return bool(control.focusPolicy() & _KEYBOARD) and not is_bare_area


def _spoken_name(control: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name).strip()


def _describe(control: QWidget) -> str:
    parent = control.parentWidget()
    inside = type(parent).__name__ if parent is not None else "nothing"
    return f"{type(control).__name__} {control.objectName()!r} in {inside}"
