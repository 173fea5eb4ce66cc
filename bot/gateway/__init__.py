"""The public web process: chat API and pages."""
