"""Telling SENDIASS of a referral: outbox, mail, webhook."""
