"""Call-backs: genuine or turned away; and the texts that are carried to SALESmanago and into the shop."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

import pytest

from app.connectors.salesmanago.callbacks import accept, address_in, handouts, key_of
from app.connectors.salesmanago.manifest import MANIFEST
from app.connectors.salesmanago.settings import SalesmanagoSettings
from app.core.records import Kind
from app.sdk.pushes import Accepted, Declined, Push
from app.sdk.settings import parse

ADDRESS = "https://anna.example/in/Zc3mQx"
VALUES = {
    "client_id": "abcd1234efgh",
    "api_secret": "s3cr3tValue",
    "owner": "owner@example.com",
    "endpoint": "app2.salesmanago.com",
    "currency": "EUR",
}


def settings(parameter="Param123"):
    return parse(SalesmanagoSettings, {**VALUES, "callback_parameter": parameter})


def pushed(query, method="GET"):
    return Push(method=method, query=query)


def accepted(push: Push) -> Accepted:
    found = accept(settings(), push)
    assert isinstance(found, Accepted), found
    return found


def called(email, key=None, event="optout"):
    return pushed(f"event={event}&email={quote(email)}&key={key or key_of(email, 'Param123')}")


def test_the_key_is_the_one_of_the_documentation():
    assert key_of("anna.nowak@example.pl", "Param123") == "e58d6451fdd6d0ea5d48d715e0279b126835179a"


def test_a_genuine_call_is_kept_for_the_person_it_names():
    found = accept(settings(), called("anna.nowak@example.pl"))

    assert isinstance(found, Accepted)
    assert (found.reply.status, found.kinds, found.people) == (200, (Kind.OPT_OUTS,), ("anna.nowak@example.pl",))
    assert "anna" not in f"{found.key}{found.words}"


def test_the_same_call_twice_has_the_same_key_and_another_person_another():
    first, again, other = [
        accepted(called(email)).key for email in ("anna@example.pl", "anna@example.pl", "ewa@example.pl")
    ]

    assert first == again != other


@pytest.mark.parametrize(
    "query",
    [
        "event=optout&email=Anna%2Bshop%40Example.pl&key={raw}",
        "event=optout&email=Anna+shop@Example.pl&key={raw}",
        "event=optout&email=Anna%2Bshop%40Example.pl&key={lower}",
        "event=optout&email=Anna+shop@Example.pl&key={lower}",
        "event=optout&email=anna%2bshop%40example.pl&key={lower}",
        "key={lower}&email=Anna%2Bshop%40Example.pl&event=optout",
    ],
)
def test_capitals_and_a_plus_in_the_address_do_not_hinder(query):
    email = "Anna+shop@Example.pl"
    filled = query.format(raw=key_of(email, "Param123"), lower=key_of(email.lower(), "Param123"))
    push = pushed(filled)
    found = accept(settings(), push)

    assert isinstance(found, Accepted)
    assert found.people == ("anna+shop@example.pl",)
    assert address_in(push) == "anna+shop@example.pl"


@pytest.mark.parametrize(
    ("push", "status"),
    [
        (called("anna@example.pl", key="0" * 40), 403),
        (called("anna@example.pl", key=key_of("ewa@example.pl", "Param123")), 403),
        (called("anna@example.pl", key=key_of("anna@example.pl", "Param124")), 403),
        (pushed("event=optout&email=anna@example.pl"), 403),
        (pushed("event=optout&email=anna@example.pl&key=ż"), 403),
        (pushed("event=else&email=a@b.pl&key=1"), 400),
        (pushed("email=a@b.pl&key=1"), 400),
        (pushed(""), 400),
        (called("anna"), 400),
    ],
)
def test_what_is_not_genuine_is_turned_away_and_leaves_nothing(push, status):
    found = accept(settings(), push)

    assert isinstance(found, Declined)
    assert found.reply.status == status
    assert "anna" not in str(found.words)


def test_without_a_parameter_nobody_can_be_believed():
    forged = called("anna@example.pl", key=key_of("anna@example.pl", ""))

    assert isinstance(accept(settings(""), forged), Declined)


def test_an_opt_in_is_answered_and_subscribes_nobody():
    found = accept(settings(), called("anna@example.pl", event="optin"))

    assert isinstance(found, Accepted)
    assert (found.reply.status, found.kinds, found.key) == (200, (), "")


def test_the_addresses_to_copy_are_templates_that_our_own_check_accepts():
    made = {each.name: each for each in handouts(settings(), ADDRESS)}
    template = made["opt_out_call_back"].content

    assert template == f"{ADDRESS}?event=optout&email=$email$&key=sha1($email$Param123)"
    assert "event=optin" in made["opt_in_call_back"].content
    filled = template.replace("sha1($email$Param123)", key_of("ewa@example.pl", "Param123"))
    query = urlsplit(filled.replace("$email$", "ewa@example.pl")).query
    assert parse_qs(query).keys() == {"event", "email", "key"}
    assert isinstance(accept(settings(), pushed(query)), Accepted)


@pytest.mark.parametrize(
    ("address", "parameter", "words"), [("", "Param123", "no receiver"), (ADDRESS, "", "security")]
)
def test_what_is_missing_for_the_addresses_is_named_and_the_program_asks_by_itself(address, parameter, words):
    for made in handouts(settings(parameter), address)[:2]:
        assert made.content == ""
        assert words in str(made.help)
        assert "asks SALESmanago" in str(made.help)


def test_the_monitoring_code_holds_the_client_id_and_no_secret():
    assert MANIFEST.handouts is not None
    made = {each.name: each for each in MANIFEST.handouts(settings(), "")}["monitoring_code"]

    assert 'var _smid = "abcd1234efgh";' in made.content
    assert "https://app2.salesmanago.com/static/sm.js" in made.content
    assert made.content.count("<script>") == made.content.count("</script>") == 1
    assert "</body>" in str(made.help)
    assert "s3cr3tValue" not in made.content


def test_no_text_to_copy_holds_what_signs_anybody_in():
    assert all("s3cr3tValue" not in each.content for each in handouts(settings(), ADDRESS))
