"""`retention run`: every rule of retention at once, from the command line."""

from __future__ import annotations

from pathlib import Path

from bot.accounts.slowing import erase_old as erase_old_sign_ins
from bot.desk.services.intake import erase_old
from bot.directory.search.gaps import Gaps
from bot.handover.form.chat_draft import ChatHandover
from bot.handover.live import LiveChats
from bot.handover.referrals.store import ReferralStore
from bot.privacy.encryption import EncryptionUnavailable
from bot.settings import Settings
from bot.store.engine import open_engine
from bot.store.migrate import prepare
from bot.turn.conversations import ConversationStore
from bot.upkeep.erasure import Erasure
from bot.upkeep.retention import Done, Retention, Rule


def run_from_command_line(settings: Settings) -> Done:
    """Run every rule once, conversations and Rasa's trackers too; raise SQLAlchemyError where a store cannot be opened."""
    prepare(settings)
    erasure = Erasure(
        ConversationStore(settings.database_url),
        Path(settings.tracker_database),
        settings.conversation_hours,
        lambda reason, number: None,
        _chats_with_people(settings),
        ChatHandover(settings).drop,
    )
    rules: dict[str, Rule] = {
        "conversations": lambda: {"conversation": erasure.erase_expired()},
        "questions": lambda: erase_old(
            open_engine(settings.database_url), settings.desk_question_days, settings.desk_settled_days
        ),
        "sign-ins": lambda: erase_old_sign_ins(open_engine(settings.database_url), settings.desk_known_days),
        "gaps": Gaps(open_engine(settings.directory_url), settings.gaps_weeks).delete_old,
    }
    done = Retention(settings, rules).run("operator")
    assert done
    return done


def _chats_with_people(settings: Settings) -> LiveChats | None:
    """Return the chats that people of SENDIASS have, which are kept; None without a key, for then there are none."""
    try:
        return LiveChats(ReferralStore(settings))
    except EncryptionUnavailable:
        return None
