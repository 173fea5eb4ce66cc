"""Referrals as they are kept: encrypted, bounded, erased."""
