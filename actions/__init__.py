"""Custom actions: thin, one file a subject, each calls one part of `bot/`."""
