"""What is sent, and by whom: connections, floods, addresses that are not the sender's own, other websites, strangers at the desk."""
