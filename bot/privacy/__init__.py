"""Personal data: taken out before anything is kept, erased on time."""
