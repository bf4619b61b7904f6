"""Help: first what belongs to the page one came from, then the rest."""

from __future__ import annotations

from app.core.texts import _
from app.ui import navigation
from app.ui.context import Context
from app.ui.pages.help.support import SupportSheet
from app.ui.pages.help.topics import CONSENT, KEYS, TOPICS, Topic
from app.ui.pages.page import Page
from app.ui.theme import TYPE
from app.ui.widgets.buttons import SecondaryButton
from app.ui.widgets.card import Card
from app.ui.widgets.flow import CardGrid
from app.ui.widgets.labels import BodyLabel, HeadingLabel


class HelpPage(Page):
    """``topic`` is the name of the page one came from."""

    def __init__(self, context: Context, topic: str = "") -> None:
        support = SecondaryButton(_("Save a file for support…"))
        super().__init__(
            context,
            _("Help"),
            _("Short and to the point. F1 opens what belongs to the page you are on."),
            actions=(support,),
        )
        self.support_button = support
        self.support_button.clicked.connect(lambda: SupportSheet(context, self).open())
        self.topic = topic if topic in TOPICS else navigation.INTEGRATIONS
        first = TOPICS[self.topic]
        self.first = _card(first, is_first=True)
        self.body.addWidget(self.first)
        grid = CardGrid(min_card_px=330, max_columns=3)
        others = [each for name, each in TOPICS.items() if name != self.topic]
        for each in (KEYS, CONSENT, *others):
            grid.add_card(_card(each))
        self.body.addWidget(grid)


def _card(topic: Topic, *, is_first: bool = False) -> Card:
    card = Card()
    card.setAccessibleName(str(topic.title))
    card.body.addWidget(HeadingLabel(topic.title, size_px=TYPE.heading + 2 if is_first else TYPE.heading))
    for line in topic.lines:
        card.body.addWidget(BodyLabel(line))
    card.body.addStretch(1)
    return card
