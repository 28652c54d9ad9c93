# What we use of the library, which carries no types.
from authlib.oauth2.rfc6749 import TokenEndpoint

class RevocationEndpoint(TokenEndpoint): ...
