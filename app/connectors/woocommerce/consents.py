"""The field in which a shop, or a plug-in, keeps who agreed to the newsletter.

WooCommerce has none of its own. The fields of the plug-ins named here are those that their published code writes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.connectors.woocommerce.settings import ConsentPlace, ConsentPreset, WooCommerceSettings, values_of
from app.connectors.woocommerce.values import Row, meta_values, words
from app.core.consent import Consent, ConsentState

_PLUG_INS: Mapping[ConsentPreset, tuple[str, ConsentPlace]] = {
    ConsentPreset.MAILCHIMP: ("mailchimp_woocommerce_is_subscribed", ConsentPlace.CUSTOMERS),
    ConsentPreset.ACTIVECAMPAIGN: ("activecampaign_for_woocommerce_accepts_marketing", ConsentPlace.CUSTOMERS),
    ConsentPreset.BREVO: ("ws_opt_in", ConsentPlace.ORDERS),
}


@dataclass(frozen=True, slots=True)
class ConsentField:
    """``key`` is empty where the shop keeps no consents."""

    key: str = ""
    place: ConsentPlace = ConsentPlace.CUSTOMERS
    yes: Collection[str] = ()
    withdrawn: Collection[str] = ()
    opt_out_value: str = "0"

    @property
    def is_at_orders_only(self) -> bool:
        return self.place is ConsentPlace.ORDERS

    def consent_of(self, row: Row) -> Consent:
        """What a customer's or an order's row says. Where a key came to stand there twice, the stricter word counts."""
        if not self.key:
            return Consent()
        return Consent(_strictest([self._state(each) for each in meta_values(row, self.key)]), source=self.key)

    def holds(self, row: Row, value: str) -> bool:
        found = meta_values(row, self.key)
        return bool(found) and all(words(each) == value for each in found)

    def _state(self, value: object) -> ConsentState:
        if isinstance(value, list | Mapping):
            return ConsentState.NO
        word = "true" if value is True else words(value).casefold()
        if word in self.withdrawn:
            return ConsentState.WITHDRAWN
        return ConsentState.YES if word in self.yes else ConsentState.NO


def _strictest(states: Collection[ConsentState]) -> ConsentState:
    for state in (ConsentState.WITHDRAWN, ConsentState.NO, ConsentState.YES):
        if state in states:
            return state
    return ConsentState.ABSENT


def consent_field_of(settings: WooCommerceSettings) -> ConsentField:
    preset = settings.consent_preset
    if preset is ConsentPreset.NONE:
        return ConsentField()
    key, place = _PLUG_INS.get(preset, (settings.consent_key, settings.consent_place))
    return ConsentField(
        key, place, values_of(settings.consent_yes), values_of(settings.consent_withdrawn), settings.opt_out_value
    )
