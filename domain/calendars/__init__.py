"""Secret addresses under which calendars are read by apps that cannot sign in."""
