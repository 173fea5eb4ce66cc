"""The pages of the staff desk."""
