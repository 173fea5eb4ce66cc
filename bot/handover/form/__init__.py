"""The handover's questions, in the chat and on a page."""
