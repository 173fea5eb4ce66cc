"""Rasa's own command line, with nothing of what families write in its logs: `python -m bot.nlu.process.quiet_rasa run ...`."""

from __future__ import annotations

from rasa.__main__ import main

from bot.nlu.process.quiet_logs import keep_texts_out_of_logs

if __name__ == "__main__":
    keep_texts_out_of_logs(process=True)
    main()
