"""The staff desk: accounts and sign-in, policy questions, the content queue, the service switch and the audit trail."""
