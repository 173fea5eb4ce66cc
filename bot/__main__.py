"""The guide's command line: `python -m bot <command>`."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence

from bot.paths import ROOT
from bot.privacy.quiet_logs import keep_texts_out_of_logs

# What goes wrong in these may repeat what families or staff wrote: it is told by kind and place alone.
READS_PERSONAL_DATA = frozenset({"ask", "audit", "referrals", "retention", "users"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="python -m bot", description="The Local Offer Guide.")
    commands = parser.add_subparsers(dest="command", required=True)
    _add(commands, "serve", "start the guide and keep it running until Ctrl-C", _serve)
    _add(commands, "train", "train the model from data/ and knowledge/", _train)
    _add(commands, "check", "check the answers, their sources and their example questions", _check)
    ask = _add(commands, "ask", "ask one question and print answer and sources", _ask)
    ask.add_argument("question", help="the question, in quotes")
    ask.add_argument("--professional", action="store_true", help="ask as someone who works with families")
    evaluate = _add(commands, "evaluate", "ask a guide of its own every question of a folder and report", _evaluate)
    evaluate.add_argument("--folder", action="append", help="a folder of JSONL files (may be given more than once)")
    evaluate.add_argument("--record", action="store_true", help="keep this run for the answer gate to compare with")
    evaluate.add_argument("--out", help="the folder for the report; default var/evaluation")
    explain = _add(commands, "explain", "show what decided each message of a conversation, and why", _explain)
    explain.add_argument("messages", nargs="*", help="the messages, each in quotes, in the order in which they come")
    explain.add_argument("--professional", action="store_true", help="ask as someone who works with families")
    explain.add_argument(
        "--folder", help="a folder of JSONL files with questions: a line for each, as tab-separated values"
    )
    explain.add_argument("--ranking", action="store_true", help="show how each view ranks the one message")
    explain.add_argument(
        "--after", help="with --ranking: the id of the answer given before, for a message that leans on it"
    )
    atrs = _add(commands, "atrs", "print the algorithmic transparency record of the guide as it is configured", _atrs)
    atrs.add_argument("--write", action="store_true", help="write it to docs/transparency-record.md as well")
    reference = _add(commands, "reference", "print a page of docs/ that is written from the code", _reference)
    reference.add_argument("page", choices=["api", "settings"], help="addresses for programs, or settings")
    reference.add_argument("--write", action="store_true", help="write it to docs/ as well")
    database = _add(commands, "database", "bring the databases' tables up to date", _database)
    database.add_argument("what", choices=["upgrade"], help="upgrade: make what is missing; safe to repeat")
    referrals = _add(commands, "referrals", "see to referrals and their notices, keys, export and erasure", _referrals)
    _referral_arguments(referrals, given)
    directory = _add(
        commands, "directory", "import Local Offer records, synchronise feeds, see how they are", _directory
    )
    if given[:1] == ["directory"]:  # else not worth the time it takes to load
        from bot.commands.directory import add_arguments

        add_arguments(directory)
    retention = _add(commands, "retention", "delete what has been kept long enough", _retention)
    retention.add_argument("what", choices=["run"], help="run: delete by the rules in the settings, print the receipt")
    users = _add(commands, "users", "make and change the accounts of the staff desk", _users)
    trail = _add(commands, "audit", "check the staff desk's audit trail", _audit)
    if given[:1] in (["users"], ["audit"]):  # only then: these arguments come with the database's libraries
        from bot.commands.desk import add_audit_arguments, add_user_arguments

        add_user_arguments(users)
        add_audit_arguments(trail)
    within = _add(
        commands,
        "rasa-python",
        "run Python in Rasa's environment, for instance: rasa-python -m rasa shell",
        _rasa_python,
    )
    within.add_argument("arguments", nargs=argparse.REMAINDER, help="what to hand to Python")
    if given[:1] == ["rasa-python"] and given[1:2] not in (["-h"], ["--help"]):
        return _in_rasa(given[1:])  # argparse would take Python's own options for ours
    chosen = parser.parse_args(given)
    _see_to_settings(given)
    run: Callable[[argparse.Namespace], int] = chosen.run
    return run(chosen)


def _see_to_settings(given: Sequence[str]) -> None:
    """End here, with a sentence for each problem, where the settings cannot be used; else have what is stored be private.

    A new key can be made before: it is what unusable settings may lack. What is trained is no secret.
    """
    if given[:2] == ["referrals", "new-key"]:
        return
    from bot.settings import settings
    from bot.store.modes import private_from_now

    settings()
    if given[0] != "train":
        private_from_now()


def _explain(chosen: argparse.Namespace) -> int:
    if not chosen.messages and not chosen.folder:
        print("Give at least one message, in quotes.", file=sys.stderr)
        return 1
    if chosen.ranking:
        after = ["--after", chosen.after] if chosen.after else []
        return _in_rasa(["-m", "bot.nlu.tools.explain", chosen.messages[-1], *after])
    from bot.commands.explain import explain

    return explain(chosen.messages, chosen.folder, "professional" if chosen.professional else "parent")


def _rasa_python(_: argparse.Namespace) -> int:
    return _in_rasa([])


def _in_rasa(arguments: Sequence[str]) -> int:
    from bot.processes.rasa_process import RASA_PYTHON, rasa_environment

    return subprocess.run([str(RASA_PYTHON), *arguments], cwd=ROOT, env=rasa_environment(), check=False).returncode


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    text: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def _serve(_: argparse.Namespace) -> int:
    from bot.serve import serve

    return serve()


def _train(_: argparse.Namespace) -> int:
    return _in_rasa(["-m", "bot.nlu.tools.train"])


def _check(_: argparse.Namespace) -> int:
    from bot.guidance.answers import load_answers
    from bot.guidance.check import check, forms_read_by_writer_only, read_examples
    from bot.handover.check import check as check_handover

    problems = check() + check_handover()
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} problems")
        return 1
    print(f"{len(load_answers())} answers and {len(list(read_examples()))} example questions: no problem found")
    waiting = forms_read_by_writer_only(load_answers().values())
    if waiting:
        print(f"{len(waiting)} answers have a simpler or longer form that only its writer has read")
    return 0


def _atrs(chosen: argparse.Namespace) -> int:
    from bot.settings import settings
    from bot.transparency.record import DOCUMENT, as_markdown, transparency_record

    text = as_markdown(transparency_record(settings()))
    if chosen.write:
        DOCUMENT.write_text(text, encoding="utf-8")
    print(text)
    return 0


def _reference(chosen: argparse.Namespace) -> int:
    from bot.commands.reference import reference

    return reference(chosen.page, chosen.write)


def _database(_: argparse.Namespace) -> int:
    from bot.settings import settings
    from bot.store.migrate import prepare

    prepare(settings())
    print("The databases are up to date.")
    return 0


def _referral_arguments(parser: argparse.ArgumentParser, given: Sequence[str]) -> None:
    if given[:1] == ["referrals"]:  # else not worth the time it takes to load
        from bot.commands.referrals import add_arguments

        add_arguments(parser)


def _referrals(chosen: argparse.Namespace) -> int:
    from bot.commands.referrals import run

    return run(chosen)


def _users(chosen: argparse.Namespace) -> int:
    from bot.commands.desk import run_users

    return run_users(chosen)


def _audit(chosen: argparse.Namespace) -> int:
    from bot.commands.desk import run_audit

    return run_audit(chosen)


def _directory(chosen: argparse.Namespace) -> int:
    from bot.commands.directory import run

    return run(chosen)


def _retention(_: argparse.Namespace) -> int:
    from bot.commands.retention import run_from_command_line
    from bot.settings import settings

    done = run_from_command_line(settings())
    for table, number in done.counts.items():
        print(f"{table}: {number}")
    print(f"Receipt {done.receipt}, {done.at:%Y-%m-%d %H:%M} UTC")
    return 1 if any(number < 0 for number in done.counts.values()) else 0


def _ask(chosen: argparse.Namespace) -> int:
    from bot.commands.ask import ask

    return ask(chosen.question, "professional" if chosen.professional else "parent")


def _evaluate(chosen: argparse.Namespace) -> int:
    from bot.evaluation.answers.evaluate import evaluate

    return evaluate(chosen.folder, chosen.out, chosen.record)


if __name__ == "__main__":
    if READS_PERSONAL_DATA.intersection(sys.argv[1:2]):
        keep_texts_out_of_logs()
    sys.exit(main())
