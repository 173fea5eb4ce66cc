"""Accounts, passwords, sessions and signing in."""
