"""Why a record was skipped, held, failed or is in doubt: a code for the ledger, words and a next step for the person.

Connectors may bring reasons of their own in their manifest; codes are never reused for another meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.core.explanations import Explanation, explained
from app.core.texts import Text, text


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    words: Text
    next_step: Text = Text("")


OPT_OUT_BY_HAND, DONE_BY_HAND = "opt_out_by_hand", "done_by_hand"
"""An opt-out or bounce that the shop has no field for, before and after somebody has worked it off."""

_COMMON = (
    Reason(
        "guest_order",
        text("Guest checkout: your setting leaves guest orders out."),
        text('To send it, set "Guest orders" to "send" under "What to send" and run again.'),
    ),
    Reason(
        "credit_note",
        text("Credit note: your setting leaves credit notes out."),
        text('To send it, change "Credit notes" under "What to send" and run again.'),
    ),
    Reason(
        "status_left_out",
        text("The order's status is not among those you send."),
        text("It is looked at again as soon as its status changes."),
    ),
    Reason(
        "before_start_date",
        text("Older than the start date of this integration."),
        text("Run a historical import from an earlier date to send it."),
    ),
    Reason(
        "no_email",
        text("There is no e-mail address."),
        text("Add the address in the shop, or set a template for missing addresses, and run again."),
    ),
    Reason(
        "invalid_email",
        text("The e-mail address is not valid."),
        text("Correct the address in the shop and run again."),
    ),
    Reason(
        "consent_required",
        text("Only people who agreed are sent, and this person did not."),
        text('Change "Contacts to send" only if you are allowed to.'),
    ),
    Reason(
        "product_unmapped",
        text("A product has no number in the target."),
        text('Give the product a number in the product table, or fill "All products".'),
    ),
    Reason(
        "product_number_invalid",
        text("A product's number is not allowed in the target."),
        text("Correct the number in the product table."),
    ),
    Reason(
        "currency_missing",
        text("The currency is missing or unknown."),
        text('Set a default currency under "What to send" and run again.'),
    ),
    Reason(
        "money_mismatch",
        text("The lines do not add up to the total."),
        text("Compare the order in the shop; correct it there and run again."),
    ),
    Reason(
        "unreadable",
        text("This record could not be read."),
        text("Correct it in the source and run again."),
    ),
    Reason(
        "refused",
        text("The target refused this record."),
        text("Correct what the target names, then retry the failed records."),
    ),
    Reason(
        "blocked_in_target",
        text("The target does not accept this address."),
        text("Nothing to do; export the list if you want to contact these people yourself."),
    ),
    Reason(
        "several_matches",
        text("The target knows several records that could be this one."),
        text("Merge them in the target, then retry."),
    ),
    Reason(
        "answer_lost",
        text("The connection broke before the target answered."),
        text("Retry: it is looked up in the target before anything is sent again."),
    ),
    Reason(
        "cannot_look_up",
        text("It was sent and no answer came, and this target cannot be asked whether it has arrived."),
        text("Look in the target. Only if it is missing there, send this one again: nothing else sends it."),
    ),
    Reason(
        "interrupted",
        text("The run was interrupted while this record was under way."),
        text("Run again: it is looked up in the target before anything is sent again."),
    ),
    Reason(
        "large_removal",
        text("Unusually many people or records would be removed or unsubscribed at once."),
        text("Look at the list; if it is right, confirm the removal."),
    ),
    Reason(
        "undone",
        text("Undone: the target does not hold it any more."),
        text("The next import sends it again."),
    ),
    Reason("removal_refused", text("The target refused to remove this record."), text("Remove it in the target.")),
    Reason(
        "kept_not_removable",
        text("Kept: the target offers no way to remove this kind of record."),
        text("Remove it in the target if it has to go."),
    ),
    Reason(
        "kept_updated_since",
        text("Kept: a later run has touched it since."),
        text("Remove it in the target if it has to go."),
    ),
    Reason(
        "kept_source_gone",
        text("Kept: it is gone from the source, so that it cannot be compared with what was sent."),
        text("Remove it in the target if it has to go."),
    ),
    Reason(
        "kept_source_changed",
        text("Kept: the record, or what you chose to send, has changed since, so that it cannot be compared."),
        text("Remove it in the target if it has to go."),
    ),
    Reason(
        "kept_changed_in_target",
        text("Kept: somebody has changed it in the target since."),
        text("Remove it in the target if it has to go."),
    ),
    Reason(
        "kept_in_use",
        text("Kept: something else in the target hangs on it."),
        text("Remove it in the target if it has to go."),
    ),
    Reason(
        "kept_objection",
        text("Kept: this person unsubscribed or bounced, and that must not be forgotten."),
        text(""),
    ),
    Reason(
        "erased_person",
        text("Erased here at the person's wish, and not sent again."),
        text("Delete the person in the shop as well. To send them again, allow it under Settings, Privacy."),
    ),
    Reason(
        OPT_OUT_BY_HAND,
        text("The shop has no field for it: it stands on the list to work off."),
        text('Enter it in the shop by hand, then tick it off under "To work off".'),
    ),
    Reason(DONE_BY_HAND, text("Worked off by hand."), text("")),
    Reason("deleted_in_source", text("Deleted in the source."), text("")),
    Reason(
        "not_in_target", text("The receiving system does not know this person; there is nothing to change."), text("")
    ),
    Reason("already_so", text("It is already so; there is nothing to change."), text("")),
    Reason("consent_given", text("Agreed in the shop: newly subscribed."), text("")),
    Reason("consent_withdrawn", text("Withdrew consent in the shop: stays or becomes unsubscribed."), text("")),
    Reason("stays_unsubscribed", text("Unsubscribed in the target, and stays so."), text("")),
    Reason("stays_bounced", text("Bounced in the target, and stays so."), text("")),
    Reason(
        "stays_deleted",
        text("Deleted in the target, and stays so."),
        text("If that was a mistake, add the person to a list in the target; then changes are sent again."),
    ),
    Reason("stays_subscribed", text("Already subscribed."), text("")),
    Reason("stays_pending", text("Has not yet confirmed the subscription."), text("")),
    Reason(
        "subscribing_off",
        text("Your setting subscribes nobody."),
        text('If people who agreed shall get the newsletter, choose that under "What to send".'),
    ),
    Reason("no_consent", text("Did not agree: not subscribed."), text("")),
    Reason("standing_unknown", text("The subscription could not be looked up: not subscribed."), text("")),
)


class ReasonTexts:
    """The common reasons and those of the connectors at hand."""

    def __init__(self, own: Iterable[Reason] = ()) -> None:
        self._by_code: Mapping[str, Reason] = {reason.code: reason for reason in (*_COMMON, *own)}

    def of(self, code: str) -> Reason:
        return self._by_code.get(code) or Reason(code, text("Reason: {code}", code=code))

    def explained(self, code: str, message: str) -> Explanation:
        """The reason of one record with the facts that its message holds; without words for an empty code."""
        return explained(code, self.of(code).words if code else Text(""), message)

    def codes(self) -> tuple[str, ...]:
        return tuple(self._by_code)
