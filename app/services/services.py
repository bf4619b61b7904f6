"""Everything that window and command line call, wired by ``app.bootstrap``."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.reasons import ReasonTexts
from app.sdk.redaction import Redactor
from app.services.accounts import Accounts
from app.services.bus import EventBus
from app.services.checks import Checks
from app.services.coverage import Coverage
from app.services.declarations import Declarations
from app.services.estimates import Estimates
from app.services.feeds import Feeds
from app.services.fields import FieldMapping
from app.services.handouts import HandoutDesk
from app.services.home import Home
from app.services.integrations import Integrations
from app.services.log import Log
from app.services.mailing.mailing import Mailing
from app.services.pastrecords import PastRecords
from app.services.practice import Practice
from app.services.preferences import Preferences
from app.services.previews import Previews
from app.services.privacy import Privacy
from app.services.products import ProductMapping
from app.services.receiving.receiver import Receiver
from app.services.runs import Runs
from app.services.support import Support
from app.services.systems import Systems
from app.services.undoing import Undoing
from app.services.worklist import Worklist
from app.storage.secrets import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    systems: Systems
    accounts: Accounts
    checks: Checks
    integrations: Integrations
    previews: Previews
    coverage: Coverage
    estimates: Estimates
    feeds: Feeds
    handouts: HandoutDesk
    runs: Runs
    undoing: Undoing
    receiver: Receiver
    mailing: Mailing
    worklist: Worklist
    past: PastRecords
    home: Home
    products: ProductMapping
    fields: FieldMapping
    log: Log
    privacy: Privacy
    support: Support
    preferences: Preferences
    secrets: Vault
    practice: Practice
    declarations: Declarations
    events: EventBus
    reasons: ReasonTexts
    redact: Redactor
    """Removes every secret that is known from a text."""
