def find_urgent(text):
    return None
