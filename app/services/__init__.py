"""Use cases shared by window and command line: everything is async, runs on the engine's loop and raises AppError.

::

    Services                one object with all of them; ``app.bootstrap.opened`` makes it for a data folder
    systems.Systems         what there is, what can run between two systems, options of an integration
    accounts.Accounts       accesses: create, change, reconnect, copy, delete, practice
    checks.Checks           the staged connection test, saved or not
    integrations.Integrations, status
    previews.Previews       exact plans, nothing written
    coverage.Coverage       how many records an import from a day on would cover
    runs.Runs               start, follow, stop, continue, retry, problems, why
    undoing.Undoing         what would be removed of an import, and the removal as a run
    products.ProductMapping, fields.FieldMapping
    log.Log, preferences.Preferences, practice.Practice, declarations.Declarations; demo.Demo stands beside
    Services.secrets        the vault itself: state, place(), open(), use_passphrase(), use_session(), use_keystore()
    Services.events         subscribe(callback) gives the function that ends the subscription
"""

from app.services.accounts import AccountView
from app.services.coverage import Covered
from app.services.integrations import IntegrationView
from app.services.launching import RunHandle, RunResult
from app.services.mappingcheck import MappingProblems
from app.services.previews import ConsentEffect, Preview, PreviewItem, RequestView
from app.services.problems import ProblemView
from app.services.producttable import TableChange
from app.services.services import Services
from app.services.status import STATUS_NAMES, Action, NextStep, RunView, Status
from app.services.systems import OptionGroup
from app.services.why import Answer, WhyEntry

__all__ = [
    "STATUS_NAMES",
    "AccountView",
    "Action",
    "Answer",
    "ConsentEffect",
    "Covered",
    "IntegrationView",
    "MappingProblems",
    "NextStep",
    "OptionGroup",
    "Preview",
    "PreviewItem",
    "ProblemView",
    "RequestView",
    "RunHandle",
    "RunResult",
    "RunView",
    "Services",
    "Status",
    "TableChange",
    "WhyEntry",
]
