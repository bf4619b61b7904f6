"""One stylesheet, built from the tokens, for everything Qt draws. It names no fonts (see `fonts`)."""

from __future__ import annotations

from app.ui.theme.tokens import RADII, SIZES, Colours


def build_stylesheet(colours: Colours) -> str:
    return "\n".join(part(colours) for part in (_surfaces, _text, _fields, _buttons, _tables, _scroll_bars, _popups))


def _surfaces(c: Colours) -> str:
    return f"""
    QWidget#page, QWidget#window, QWidget[surface="background"] {{ background: {c.background}; }}
    QDialog, QWidget[surface="panel"] {{ background: {c.panel}; }}
    QWidget[surface="rail"] {{ background: {c.rail}; border-right: 1px solid {c.line}; }}
    QScrollArea, QScrollArea > QWidget > QWidget[surface="none"] {{ background: transparent; border: none; }}
    QSplitter::handle {{ background: transparent; }}
    QFrame[line="horizontal"] {{ background: {c.line}; border: none; max-height: 1px; min-height: 1px; }}
    """


def _text(c: Colours) -> str:
    return f"""
    QLabel {{ background: transparent; color: {c.text}; }}
    QLabel:disabled {{ color: {c.third}; }}
    QLabel[role="second"], QLabel[role="help"] {{ color: {c.second}; }}
    QLabel[role="error"] {{ color: {c.error}; }}
    QLabel[role="warning"] {{ color: {c.warning}; }}
    QLabel[role="ok"] {{ color: {c.ok}; }}
    QLabel[role="accent"] {{ color: {c.accent}; }}
    """


def _fields(c: Colours) -> str:
    plain = 'QLineEdit, QAbstractSpinBox, QPlainTextEdit[field="true"]'
    return f"""
    {plain} {{
        background: {c.panel}; color: {c.text}; border: 1px solid {c.line_strong}; border-radius: {RADII.field}px;
        padding: 0 9px; min-height: {SIZES.field - 2}px; lineedit-password-character: 8226;
        selection-background-color: {c.accent}; selection-color: {c.on_accent};
    }}
    QPlainTextEdit[field="true"] {{ padding: 6px; }}
    QLineEdit[small="true"] {{ min-height: {SIZES.field_small - 2}px; }}
    QLineEdit[mono="true"] {{ padding: 0 8px; }}
    QLineEdit:hover, QAbstractSpinBox:hover {{ border-color: {c.third}; }}
    QLineEdit:focus, QAbstractSpinBox:focus, QPlainTextEdit[field="true"]:focus {{
        border: 2px solid {c.accent}; padding: 0 8px; min-height: {SIZES.field - 4}px;
    }}
    QPlainTextEdit[field="true"]:focus {{ padding: 5px; }}
    QLineEdit[small="true"]:focus {{ min-height: {SIZES.field_small - 4}px; }}
    QLineEdit[invalid="true"], QAbstractSpinBox[invalid="true"], QPlainTextEdit[invalid="true"] {{
        border-color: {c.error};
    }}
    QLineEdit:disabled, QLineEdit:read-only, QAbstractSpinBox:disabled {{
        background: {c.background}; color: {c.second}; border-color: {c.line};
    }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: none; }}
    QLineEdit QToolButton {{ border: none; background: transparent; }}
    """


def _buttons(c: Colours) -> str:
    return f"""
    QPushButton {{
        background: {c.panel}; color: {c.text}; border: 1px solid {c.line_strong}; border-radius: {RADII.field}px;
        padding: 0 13px; min-height: {SIZES.button - 2}px;
    }}
    QPushButton:hover {{ background: {c.hover}; }}
    QPushButton:pressed {{ background: {c.pressed}; }}
    QPushButton:focus {{ border: 2px solid {c.accent}; padding: 0 12px; min-height: {SIZES.button - 4}px; }}
    QPushButton:disabled {{ color: {c.third}; border-color: {c.line}; }}
    QPushButton[drawn="true"] {{ background: transparent; border: none; padding: 0; min-height: 0; }}
    QToolButton {{ background: transparent; border: none; border-radius: 6px; padding: 4px; }}
    QToolButton:hover {{ background: {c.hover}; }}
    """


def _tables(c: Colours) -> str:
    return f"""
    QTableView, QTreeView, QListView {{
        background: {c.panel}; color: {c.text}; border: none; outline: 0; gridline-color: {c.line};
        selection-background-color: {c.selection}; selection-color: {c.text};
    }}
    QTableView::item {{ border: none; border-bottom: 1px solid {c.line}; padding: 0 7px; }}
    QTableView::item:hover {{ background: {c.hover}; }}
    QTableView::item:selected {{ background: {c.selection}; color: {c.text}; }}
    QTableView[selects="cells"]::item:focus {{ border: 2px solid {c.accent}; padding: 0 5px; }}
    QHeaderView {{ background: {c.panel}; border: none; }}
    QHeaderView::section {{
        background: {c.panel}; color: {c.second}; border: none; border-bottom: 1px solid {c.line};
        padding: 0 10px; text-align: left;
    }}
    QTableCornerButton::section {{ background: {c.panel}; border: none; }}
    """


def _scroll_bars(c: Colours) -> str:
    return f"""
    QScrollBar {{ background: transparent; border: none; margin: 0; }}
    QScrollBar:vertical {{ width: 12px; }}
    QScrollBar:horizontal {{ height: 12px; }}
    QScrollBar::handle {{ background: {c.line_strong}; border-radius: 3px; margin: 3px; }}
    QScrollBar::handle:vertical {{ min-height: 32px; }}
    QScrollBar::handle:horizontal {{ min-width: 32px; }}
    QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {c.third}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; border: none; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QAbstractScrollArea::corner {{ background: transparent; border: none; }}
    """


def _popups(c: Colours) -> str:
    return f"""
    QToolTip {{ background: {c.toast}; color: {c.on_toast}; border: none; padding: 5px 8px; }}
    QMenu {{ background: {c.panel}; color: {c.text}; border: 1px solid {c.line_strong}; padding: 4px; }}
    QMenu::item {{ padding: 7px 24px 7px 12px; border-radius: 6px; }}
    QMenu::item:selected {{ background: {c.selection}; }}
    QMenu::item:disabled {{ color: {c.third}; }}
    QMenu::separator {{ height: 1px; background: {c.line}; margin: 4px 8px; }}
    QComboBox QAbstractItemView {{
        background: {c.panel}; border: 1px solid {c.line_strong}; padding: 4px; outline: 0;
        selection-background-color: {c.selection}; selection-color: {c.text};
    }}
    QComboBox QAbstractItemView::item {{ min-height: 30px; padding: 0 8px; border-radius: 6px; }}
    QComboBox QAbstractItemView::item:selected {{ background: {c.selection}; color: {c.text}; }}
    QFrame#popup {{ background: {c.panel}; border: 1px solid {c.line_strong}; border-radius: {RADII.field}px; }}
    QCalendarWidget QWidget#qt_calendar_navigationbar {{ background: {c.panel}; }}
    QCalendarWidget QWidget {{ alternate-background-color: {c.panel}; }}
    QCalendarWidget QToolButton {{ color: {c.text}; min-height: 24px; padding: 2px 8px; }}
    QCalendarWidget QTableView::item {{ border: none; padding: 0; }}
    QCalendarWidget QTableView::item:selected {{ background: {c.accent}; color: {c.on_accent}; }}
    QCalendarWidget QAbstractItemView {{
        background: {c.panel}; selection-background-color: {c.accent}; selection-color: {c.on_accent};
    }}
    """
