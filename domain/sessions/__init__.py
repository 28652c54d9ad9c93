"""Logins: a device on which a person is signed in, and the tokens that keep it so."""
