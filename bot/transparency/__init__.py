"""What a public body must tell about the guide: transparency record, accessibility, privacy."""
