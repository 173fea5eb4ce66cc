"""Sealed texts open only with their key and in their place; without a key nothing may be taken."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.privacy import encryption
from bot.privacy.encryption import CannotOpen, EncryptionUnavailable, Sealed, Vault, new_key, place
from bot.settings import Settings
from bot.store.keys import add_key_to_file, vault

HERE = place("referral", "sealed", "1")


@pytest.fixture
def single_machine(tmp_path, monkeypatch):
    """Settings of a single machine whose var/ is new."""
    monkeypatch.setattr("bot.settings.VAR", tmp_path)
    return Settings(referrals_url=f"sqlite:///{tmp_path / 'referrals.db'}", encryption_keys="")


def test_a_text_comes_back_and_is_not_seen():
    vault = Vault([new_key()])
    sealed = vault.seal("Zoë Müller 07700 900123", HERE)
    assert "Zo" not in sealed and "900123" not in sealed
    assert vault.open(sealed, HERE) == "Zoë Müller 07700 900123"
    assert vault.seal("same", HERE) != vault.seal("same", HERE)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sealed: sealed[:-2] + ("A" if sealed[-2] != "A" else "B") + sealed[-1],
        lambda sealed: sealed.replace("v1.", "v2."),
        lambda sealed: "plain text",
        lambda sealed: "v1.x.!!!",
        lambda sealed: "",
    ],
)
def test_a_spoilt_text_does_not_open(spoil):
    vault = Vault([new_key()])
    with pytest.raises(CannotOpen):
        vault.open(spoil(vault.seal("words", HERE)), HERE)


def test_a_text_copied_to_another_row_does_not_open():
    vault = Vault([new_key()])
    with pytest.raises(CannotOpen):
        vault.open(vault.seal("words", HERE), place("referral", "sealed", "2"))


def test_the_first_key_seals_and_every_key_opens():
    old, new = new_key(), new_key()
    sealed = Vault([old]).seal("words", HERE)
    both = Vault([new, old])
    assert both.open(sealed, HERE) == "words"
    assert not both.is_current(sealed) and both.is_current(both.seal("words", HERE))
    with pytest.raises(CannotOpen):
        Vault([new]).open(sealed, HERE)


@pytest.mark.parametrize("keys", [[], [""], ["short"], ["x" * 44], ["é"]])
def test_what_is_no_key_is_refused(keys):
    with pytest.raises(EncryptionUnavailable):
        Vault(keys)


def test_a_single_machine_makes_its_key_once_and_only_the_owner_reads_it(single_machine):
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(lambda _: vault(single_machine), range(16)))
    sealed = vaults[0].seal("words", HERE)
    assert all(each.open(sealed, HERE) == "words" for each in vaults)
    file = single_machine.encryption_key_file()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_any_other_store_needs_a_key_that_was_given(tmp_path):
    for url in ("postgresql+psycopg://db/referrals", f"sqlite:///{tmp_path / 'elsewhere.db'}"):
        with pytest.raises(EncryptionUnavailable):
            vault(Settings(referrals_url=url, encryption_keys=""))
        assert vault(Settings(referrals_url=url, encryption_keys=f"{new_key()} {new_key()}"))


def test_a_key_added_to_the_file_is_known_to_processes_that_run(single_machine):
    running = vault(single_machine)
    before = running.seal("before", HERE)
    add_key_to_file(single_machine)
    fresh = vault(single_machine)
    assert fresh.open(before, HERE) == "before" and not fresh.is_current(before)
    assert running.open(fresh.seal("after", HERE), HERE) == "after"
    assert stat.S_IMODE(single_machine.encryption_key_file().stat().st_mode) == 0o600


def test_a_key_file_that_cannot_be_read_is_no_key(single_machine):
    single_machine.encryption_key_file().mkdir(parents=True)
    with pytest.raises(EncryptionUnavailable):
        vault(single_machine)


def test_a_sealed_column_refuses_clear_text():
    with pytest.raises(ValueError, match="sealed"):
        Sealed().process_bind_param("Zoë Müller", None)
    assert Sealed().process_bind_param(Vault([new_key()]).seal("x", HERE), None).startswith(encryption.FORMAT)
