"""Staff sign in with their organisation's own accounts, by OpenID Connect."""
