"""The guide's processes: starting, watching and stopping them, and asking whether they answer."""
