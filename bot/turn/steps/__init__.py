"""The steps of a turn, one file a step. `bot.turn.pipeline` says in which order they come."""
