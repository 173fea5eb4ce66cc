"""The guide under attack, whole or in part, and those who come to it: families and staff."""
