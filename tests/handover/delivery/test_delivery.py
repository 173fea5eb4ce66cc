"""Notices reach a real mail server (with TLS) and a real webhook, tell nothing too much, and failures are tried again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import logging
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from bot.evaluation.load.mail_sink import LOST, REFUSED, TAKEN, mail_sink
from bot.handover.delivery.process import Delivery
from bot.handover.referrals.store import ReferralStore
from bot.settings import Settings
from tests.handover.conftest import DETAILS
from tests.setting_up import consent_under

SECRETS = ("Wilhelmina", "Zottmann", "3728401", "wzottmann", "Xanthippe", "Quillfeather", "school run", "ring me")


@pytest.fixture
def at_once(make_settings):
    """Settings whose failed notices are tried again without a pause."""

    def make(**changes) -> Settings:
        base = {
            "referral_email": "inbox@sendiass.example",
            "smtp_host": "127.0.0.1",
            "smtp_security": "none",
            "delivery_pause_s": 0.0,
            "delivery_timeout_s": 3.0,
            "public_url": "https://guide.example/",
        }
        return make_settings(**{**base, **changes})

    return make


def submit(settings: Settings, key: str = "key-1") -> tuple[ReferralStore, str, str]:
    store = ReferralStore(settings)
    consent = consent_under(settings)
    reference = store.submit(DETAILS, consent, "chat-1", key)
    return store, store.find(reference), reference


def certificate(folder) -> tuple[ssl.SSLContext, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test mail server")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context, str(folder / "cert.pem")


def test_the_mail_says_that_there_is_a_referral_and_nothing_of_it(at_once):
    with mail_sink() as sink:
        settings = at_once(smtp_port=sink.port)
        _, ident, reference = submit(settings)
        assert Delivery(settings).deliver_due() == (1, 0)
    (mail,) = sink.mails
    assert reference in mail["Subject"] and mail["To"] == "inbox@sendiass.example"
    assert f"https://guide.example/staff/inbox/{ident}" in mail.get_content()
    assert not [secret for secret in SECRETS if secret in mail.as_string()]


def test_the_mail_holds_the_details_only_where_that_is_set(at_once):
    with mail_sink() as sink:
        settings = at_once(smtp_port=sink.port, referral_email_details=True)
        submit(settings)
        Delivery(settings).deliver_due()
    assert all(secret in sink.mails[0].get_content() for secret in SECRETS)


def test_mail_goes_over_starttls_to_a_server_that_is_known(at_once, tmp_path):
    context, trusted = certificate(tmp_path)
    with mail_sink(tls=context) as sink:
        unknown = at_once(smtp_port=sink.port, smtp_security="starttls")
        store, ident, _ = submit(unknown)
        delivery = Delivery(unknown.model_copy(update={"delivery_attempts": 1}))
        assert delivery.deliver_due() == (0, 1) and sink.mails == []
        assert "SSLCertVerificationError" in delivery.outbox.notices(ident)[0].last_failure
        delivery.outbox.retry(ident)
        assert Delivery(unknown.model_copy(update={"smtp_ca_file": trusted})).deliver_due() == (1, 0)
    assert len(sink.mails) == 1


def test_mail_that_is_refused_is_tried_again_and_a_copy_has_the_same_id(at_once):
    answers = iter([REFUSED, REFUSED, LOST, TAKEN])
    with mail_sink(lambda: next(answers)) as sink:
        settings = at_once(smtp_port=sink.port)
        _, ident, _ = submit(settings)
        delivery = Delivery(settings)
        assert delivery.deliver_due() == (1, 3)
        assert delivery.outbox.notices(ident)[0].attempts == 4
    assert sink.refused == 2 and list(sink.copies().values()) == [2]
    assert len({mail["Date"] for mail in sink.mails}) == 1


def test_a_mail_server_that_is_not_there_is_a_failure_and_logs_nothing_personal(at_once, caplog):
    settings = at_once(smtp_port=1, delivery_attempts=2)
    store, ident, reference = submit(settings)
    with caplog.at_level(logging.DEBUG):
        assert Delivery(settings).deliver_due() == (0, 2)
    assert "ConnectionRefusedError" in caplog.text and "was given up" in caplog.text
    assert not [secret for secret in (*SECRETS, reference) if secret in caplog.text]


class Receiver:
    """A webhook that answers with the statuses it is given, then 204."""

    def __init__(self, *statuses: int) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        waiting = list(statuses)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(waiting.pop(0) if waiting else 204)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/referrals"


@pytest.fixture
def receiver():
    made = []

    def make(*statuses: int) -> Receiver:
        made.append(Receiver(*statuses))
        return made[-1]

    yield make
    for each in made:
        each.server.shutdown()


@pytest.mark.parametrize(
    ("secret", "key"),
    [("a plain secret", b"a plain secret"), ("whsec_" + base64.b64encode(b"k" * 24).decode(), b"k" * 24)],
)
def test_the_webhook_gets_the_whole_referral_signed(at_once, receiver, secret, key):
    hook = receiver()
    settings = at_once(referral_email="", smtp_host="", referral_webhook_url=hook.url, referral_webhook_secret=secret)
    _, ident, reference = submit(settings)
    assert Delivery(settings).deliver_due() == (1, 0)
    ((headers, body),) = hook.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60
    data = json.loads(body)["data"]
    assert (data["referral"], data["reference"]) == (ident, reference)
    assert (
        data["details"]["name"] == DETAILS.name and data["details"]["conversation"][0][1] == DETAILS.conversation[0][1]
    )


def test_a_webhook_that_fails_is_tried_again_with_the_same_id_and_body(at_once, receiver):
    hook = receiver(503, 302, 404)
    settings = at_once(referral_email="", smtp_host="", referral_webhook_url=hook.url, referral_webhook_secret="s")
    submit(settings)
    assert Delivery(settings).deliver_due() == (1, 3)
    assert len(hook.got) == 4
    assert len({headers["idempotency-key"] for headers, _ in hook.got}) == len({body for _, body in hook.got}) == 1


def test_a_broken_webhook_does_not_keep_back_the_mail(at_once, receiver):
    hook = receiver(*[500] * 10)
    with mail_sink() as sink:
        settings = at_once(
            smtp_port=sink.port, referral_webhook_url=hook.url, referral_webhook_secret="s", delivery_attempts=2
        )
        store, ident, _ = submit(settings)
        delivery = Delivery(settings)
        assert delivery.deliver_due() == (1, 2)
        assert {notice.channel: notice.state for notice in delivery.outbox.notices(ident)} == {
            "email": "sent",
            "webhook": "dead",
        }


@pytest.mark.parametrize(
    "unsafe",
    [
        {"smtp_host": "mail.example", "smtp_security": "none"},
        {"referral_webhook_url": "http://case.example/hook", "referral_webhook_secret": "s"},
        {"referral_webhook_url": "https://case.example/hook"},
        {"referral_webhook_url": "ftp://127.0.0.1/hook", "referral_webhook_secret": "s"},
    ],
)
def test_settings_that_would_send_in_clear_are_refused(unsafe):
    with pytest.raises(ValidationError):
        Settings(**unsafe)
