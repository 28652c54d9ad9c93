"""Test calls that try the whole chain from a button to a screen, each minute at each station."""
