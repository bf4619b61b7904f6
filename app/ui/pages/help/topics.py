"""Short help, one topic for each page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.texts import Text, text
from app.ui import navigation


@dataclass(frozen=True, slots=True)
class Topic:
    title: Text
    lines: tuple[Text, ...]


KEYS = Topic(
    text("Keys"),
    (
        text("F1: help for the present page · Alt+Left: back"),
        text("Ctrl+1 to Ctrl+4: Integrations, Accounts, Activity, Settings"),
        text("Ctrl+F: search on the page · Ctrl+S: save"),
        text("Ctrl+L: fold or open the live log · Ctrl+Shift+F: filter the live log"),
        text("In tables: arrows move, Enter opens or edits, Ctrl+C and Ctrl+V copy and paste"),
    ),
)
TOPICS: Mapping[str, Topic] = {
    navigation.INTEGRATIONS: Topic(
        text("Integrations"),
        (
            text(
                "Each card is one integration: where data comes from, where it goes, how it stands, and the next step."
            ),
            text("Below are all systems. Choose one to set up a new integration, or try the practice shop first."),
            text("“Needs attention” means that a run waits for you; the card says what for."),
        ),
    ),
    navigation.WIZARD: Topic(
        text("Setting up"),
        (
            text("Five steps: systems, accounts, what to send, products, preview. You can stop and go on later."),
            text("The connection test changes nothing. If it fails, it says what to do, beside the field."),
            text("Nothing is sent before you start an import or send a trial."),
        ),
    ),
    navigation.ACCOUNTS: Topic(
        text("Accounts"),
        (
            text("An account is the access to one shop or tool. Several integrations can share it."),
            text("“Reconnect” renews the key and keeps everything else: integrations, mappings, and what was sent."),
        ),
    ),
    navigation.ACCOUNT: Topic(
        text("One account"),
        (
            text("“Where do I find this?” says where each value stands in the vendor's own settings."),
            text("Under each key you read where it is kept. It is never written to a file in plain text."),
        ),
    ),
    navigation.INTEGRATION: Topic(
        text("One integration"),
        (
            text("Overview: start an import or a sync, and ask what became of one order or person."),
            text(
                "Products: give products their number in the target; paste a column from a spreadsheet with Ctrl+V, "
                "fill down with Ctrl+D, undo with Ctrl+Z. “All products” stands for every product without a number."
            ),
            text("Fields: what else goes over, and whether an empty value may clear a field."),
            text("Preview: exactly what would be sent. Looking sends nothing."),
        ),
    ),
    navigation.RUN: Topic(
        text("A run"),
        (
            text("The five numbers add up to what was read. A run is called finished only when they do."),
            text("Pause and stop at any time: it continues exactly where it stopped, also after a power cut."),
            text("Failed and held records are listed with a reason and a next step; they can be sent again."),
        ),
    ),
    navigation.ACTIVITY: Topic(
        text("Activity"),
        (
            text("Every run of all integrations, newest first. Enter opens one."),
            text("The number in the rail counts the integrations that wait for you."),
        ),
    ),
    navigation.SETTINGS: Topic(
        text("Settings"),
        (
            text("Language and theme change at once. The log is kept for as many days as you choose, then removed."),
            text("Privacy: find what is here about one person, erase it, and save a report of that as proof."),
            text("Here you also see where keys are kept and where the program's data lies."),
        ),
    ),
    navigation.PRACTICE: Topic(
        text("Practice mode"),
        (text("Made-up customers and orders, served inside this program: try everything without an account."),),
    ),
}
CONSENT = Topic(
    text("Who gets mail"),
    (
        text("Nobody is subscribed by an import alone. Who unsubscribed, bounced or was deleted stays so."),
        text("The preview says in numbers who would be newly subscribed: with the usual settings, nobody."),
    ),
)
