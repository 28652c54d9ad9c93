"""The routes of ``/auth/staff``."""

from dataclasses import replace
from datetime import timedelta

from starlette.routing import Route

from api.auth.answers import door
from api.auth.attempts import Attempts
from api.auth.issuing import Issuer
from api.auth.staff.backchannel import BackChannel
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
    provider = Provider(given)
    login = StaffLogin(database, settings.vault, attempts, given, provider, pages)
    lifetimes = replace(settings.lifetimes, session=timedelta(hours=given.session_hours))
    tokens = StaffTokens(database, attempts, Issuer(settings.token_key, lifetimes))
    told = BackChannel(database, settings.vault, attempts, provider)
    return [
        *login.routes(),
        Route(f"{PATH}/tokens", door(tokens.answer), methods=["POST"]),
        Route(f"{PATH}/backchannel", door(told.answer), methods=["POST"]),
    ]
