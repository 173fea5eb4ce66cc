"""What is done on time: erasing conversations, deleting what was kept long enough."""
