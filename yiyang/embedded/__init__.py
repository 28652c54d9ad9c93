"""The database and the broker that come with Yiyang: both on 127.0.0.1, both for development."""

from yiyang.failures import Failure


class EmbeddedError(Failure):
    """The embedded database or broker can't run here.

    The message is one sentence that names the thing and the option that helps; it is meant to be
    shown as it stands.
    """
