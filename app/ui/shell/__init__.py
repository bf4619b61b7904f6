"""The window around the pages.

    Shell(pages: Mapping[str, PageFactory], state: WindowState, entries: Sequence[RailEntry] | None = None)
        .navigator .log_pane .rail .set_count("activity", 3) .retranslate(); signal closing
    PageFactory: called as factory(navigator, **args) -> QWidget
    Navigator: push(name, **args) replace(name, **args) back() open_section(name, **args) can_go_back() page_name
        Optional on pages: request_leave(proceed) (LeavingPage), rebuild_args() -> mapping (RebuiltPage)
    LogPane: append([LogLine(entry_id, time, level, message, has_details=False)]) lines()
        signals line_activated(int), report_requested, following_changed(bool), collapsed_changed(bool)
    WindowState (protocol): get(key) -> str | None, set(key, value)

Keys: Alt+Left back, F1 help, Ctrl+1 to 4 sections, Ctrl+L fold the log, Ctrl+Shift+F filter the log.
"""

from app.ui.shell.log_lines import Level, LogFilter, LogLine, LogRing
from app.ui.shell.log_pane import LogPane
from app.ui.shell.navigator import LeavingPage, Navigator, PageFactory, RebuiltPage
from app.ui.shell.rail import Rail, RailEntry
from app.ui.shell.window import Shell, usual_entries
from app.ui.window_state import WindowState

__all__ = [
    "LeavingPage",
    "Level",
    "LogFilter",
    "LogLine",
    "LogPane",
    "LogRing",
    "Navigator",
    "PageFactory",
    "Rail",
    "RailEntry",
    "RebuiltPage",
    "Shell",
    "WindowState",
    "usual_entries",
]
