"""The routes of ``/auth/staff``."""

from starlette.routing import Route

from api.auth.answers import door
from api.auth.attempts import Attempts
from api.auth.staff.login import PATH, StaffLogin
from api.auth.staff.pages import OwnPages
from api.auth.staff.provider import Provider
from api.auth.staff.tokens import StaffTokens
from api.settings import ApiSettings
from domain.database import Database


def routes(settings: ApiSettings, database: Database) -> list[Route]:
    """All of them.

    Parameters:
        settings: with ``staff_login``.
    """
    given = settings.staff_login
    assert given is not None
    attempts = Attempts(database, settings.vault)
    pages = OwnPages(given.address, settings.origins)
    login = StaffLogin(database, settings.vault, attempts, given, Provider(given), pages)
    tokens = StaffTokens(database, attempts, settings.token_key)
    return [
        *login.routes(),
        Route(f"{PATH}/tokens", door(tokens.answer), methods=["POST"]),
    ]
