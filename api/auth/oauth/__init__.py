"""OAuth 2.0 for vendors' systems: client credentials, revocation, introspection (record 0030)."""
