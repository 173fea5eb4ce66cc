"""The records for everybody: Open Referral UK."""
