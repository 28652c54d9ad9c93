"""Who is protected by a device that works, and who is not."""
