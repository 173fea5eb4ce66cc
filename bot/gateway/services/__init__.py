"""The directory as pages and as the Open Referral API."""
