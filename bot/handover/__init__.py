"""Referrals to SENDIASS: consent, the store, and delivery that loses nothing."""
