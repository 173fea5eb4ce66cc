"""The databases: how each is opened, and how its tables come to be."""
