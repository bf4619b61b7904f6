"""Tab goes where the eye goes, also through what was built after the rest of its page."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QLayout, QScrollArea, QSplitter, QStackedWidget, QWidget


def move_focus(root: QWidget, *, is_forward: bool) -> bool:
    """To the next control under `root` for the keyboard; False where the present one is not among them.

    Qt itself keeps the order in which widgets were made: cards and forms that come with an answer would come last.
    """
    reached = [each for each in _reached(root) if each.isEnabled()]
    place = next((each for each in _and_parents(root.window().focusWidget()) if each in reached), None)
    if place is None:
        return False
    step, reason = (1, Qt.FocusReason.TabFocusReason) if is_forward else (-1, Qt.FocusReason.BacktabFocusReason)
    reached[(reached.index(place) + step) % len(reached)].setFocus(reason)
    return True


def _and_parents(widget: QWidget | None) -> Iterator[QWidget]:
    while widget is not None:
        yield widget
        widget = widget.parentWidget()


def _reached(widget: QWidget) -> Iterator[QWidget]:
    if widget.isHidden():
        return
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
        yield widget
        if isinstance(widget, QAbstractScrollArea):
            return
    for part in _parts(widget):
        yield from _reached(part)


def _parts(widget: QWidget) -> Iterator[QWidget]:
    """In the order of the layout, then whatever lies above it."""
    match widget:
        case QScrollArea():
            content = widget.widget()
            placed = [content] if content is not None else []
        case QStackedWidget():
            shown = widget.currentWidget()
            placed = [shown] if shown is not None else []
        case QSplitter():
            placed = [part for number in range(widget.count()) if (part := widget.widget(number)) is not None]
        case _:
            layout = widget.layout()
            placed = list(_placed(layout)) if layout is not None else []
            placed += [child for child in _free_children(widget) if child not in placed]
    yield from placed


def _placed(layout: QLayout) -> Iterator[QWidget]:
    for number in range(layout.count()):
        item = layout.itemAt(number)
        if item is None:
            continue
        inner, widget = item.layout(), item.widget()
        if inner is not None:
            yield from _placed(inner)
        elif widget is not None:
            yield widget


def _free_children(widget: QWidget) -> Iterator[QWidget]:
    return (each for each in widget.children() if isinstance(each, QWidget) and not each.isWindow())
