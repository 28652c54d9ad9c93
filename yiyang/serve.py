"""``yiyang serve``: the API in one or several uvicorn workers."""

import logging
import os
import signal
from contextlib import suppress
from datetime import timedelta
from multiprocessing import parent_process
from typing import Any

import uvicorn
from joserfc.errors import JoseError
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from api.app import create_app
from api.auth.tokens import TokenKey
from api.frames import MAX_MESSAGE_BYTES
from api.settings import ApiSettings, Edition
from api.trusted import BadManifest, Documents
from domain.sessions.service import Lifetimes
from yiyang.draining import drain_first
from yiyang.heads import BoundedHttp
from yiyang.logs import start_logging
from yiyang.messengers import push_templates
from yiyang.outbound.wechat import WechatClient
from yiyang.processes import end_with
from yiyang.settings import Settings, SettingsError
from yiyang.startup import release_collector

_DRAIN_SECONDS = 5.0
"""What sockets and streams have to finish what runs; then open requests have as long as below."""
_REQUESTS_SECONDS = 3
_IMPORT_SECONDS = 30
"""What a worker may take until it first answers its supervisor. After uvicorn's five seconds a
busy machine would have its workers killed while they import, and again, and never have any."""


def application() -> Starlette:
    """The application that the environment describes; uvicorn calls this in each worker."""
    release_collector()
    _end_with_supervisor()
    settings = Settings()
    start_logging(logging.getLevelNamesMapping()[settings.log_level])
    read_url = settings.database_read_url
    return create_app(
        ApiSettings(
            database_url=settings.need("database_url"),
            database_read_url=read_url.get_secret_value() if read_url else None,
            token_key=_token_key(settings),
            vault=settings.need_vault(),
            pages=settings.pages,
            planned=settings.planned,
            trusted_documents=settings.trusted_documents,
            persisted_queries=settings.persisted_queries,
            budget=settings.budget,
            public_url=settings.own_url,
            origins=tuple(settings.origins),
            staff_login=settings.staff_login(),
            wechat=_wechat(settings),
            lifetimes=_lifetimes(settings),
            edition=Edition(settings.http_edition),
            webhooks_anywhere=settings.webhooks_anywhere,
            push_templates=push_templates(settings),
        ),
        at_start=lambda connections: drain_first(connections, _DRAIN_SECONDS),
    )


def serve(settings: Settings, workers: int) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises: SettingsError for a setting that is missing.
    """
    settings.need("database_url")
    _token_key(settings)
    settings.need_vault()
    settings.staff_login()
    settings.wechat_secrets()
    _check_documents(settings)
    if workers > 1:
        config = uvicorn.Config(workers=workers, **_options(settings))
        Workers(config, [config.bind_socket()]).run()
    else:
        uvicorn.run(**_options(settings))


PROTOCOLS: dict[str, Any] = {
    "http": BoundedHttp,
    "ws": "websockets-sansio",
    "ws_max_size": MAX_MESSAGE_BYTES,
    # Our pings are the protocol's own, which the client's application answers, and end with a
    # code after which clients connect again. Compression would cost 45 KB a socket.
    "ws_ping_interval": None,
    "ws_per_message_deflate": False,
    # uvicorn would believe anyone on the same machine about where they come from.
    "proxy_headers": False,
}
"""How uvicorn speaks to clients."""


def behind(proxies: list[str]) -> dict[str, Any]:
    """How uvicorn knows the client's address.

    Parameters:
        proxies: who may name another than the connection's; nobody if empty.
    """
    return {"proxy_headers": bool(proxies), "forwarded_allow_ips": proxies}


def _options(settings: Settings) -> dict[str, Any]:
    """All that uvicorn is told."""
    return {
        "app": "yiyang.serve:application",
        "factory": True,
        "host": settings.host,
        "port": settings.port,
        **PROTOCOLS,
        **behind(settings.proxies),
        "timeout_graceful_shutdown": _REQUESTS_SECONDS,
        "timeout_worker_healthcheck": _IMPORT_SECONDS,
        "access_log": False,
    }


class Workers(Multiprocess):
    """uvicorn's supervisor, but SIGHUP goes on to the workers, which read their files again.

    uvicorn would start other workers in their place, and every socket would end.
    """

    def handle_hup(self) -> None:
        """Pass the signal on; a worker that does not listen yet would end of it."""
        for process in self.processes:
            ready = process.wait_until_ready(
                self.config.timeout_worker_healthcheck, self.should_exit
            )
            if ready and process.pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGHUP)


def _check_documents(settings: Settings) -> None:
    """Better one sentence here than a traceback of each worker."""
    try:
        Documents(settings.trusted_documents)
    except BadManifest as error:
        raise SettingsError(f"YIYANG_TRUSTED_DOCUMENTS: {error}") from error


def _end_with_supervisor() -> None:
    """A worker does not outlive the process that would start it anew."""
    supervisor = parent_process()
    if supervisor is not None and supervisor.pid is not None:
        end_with(supervisor.pid, signal.SIGTERM)


def _wechat(settings: Settings) -> WechatClient | None:
    secrets = settings.wechat_secrets()
    return WechatClient(secrets, settings.wechat_url) if secrets else None


def _lifetimes(settings: Settings) -> Lifetimes:
    return Lifetimes(
        access=timedelta(minutes=settings.access_minutes),
        refresh=timedelta(days=settings.refresh_days),
        session=timedelta(days=settings.session_days),
    )


def _token_key(settings: Settings) -> TokenKey:
    try:
        return TokenKey(settings.need_token_key())
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise SettingsError("YIYANG_TOKEN_KEY is not a P-256 key as a JSON Web Key.") from error
