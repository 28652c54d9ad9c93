"""Calls the public emergency service for what is due, one call after the other; of all workers
whichever comes first."""

import asyncio
import logging
from typing import Final

from domain.crypto import Vault
from domain.database import Database
from domain.emergency.calling import EmergencyServices, note_failed, note_told, take
from domain.outage import is_outage

log = logging.getLogger("yiyang.emergencies")

_LOOK_SECONDS: Final = 0.5


async def keep_calling(database: Database, vault: Vault, services: EmergencyServices) -> None:
    """Until cancelled; a database that goes away is waited for."""
    while True:
        try:
            while await call_one(database, vault, services):
                pass
        except Exception as failure:
            if is_outage(failure):
                log.warning("The database is away, trying again: %s", type(failure).__name__)
            else:
                log.exception("calling the emergency service is interrupted")
        await asyncio.sleep(_LOOK_SECONDS)


async def call_one(database: Database, vault: Vault, services: EmergencyServices) -> bool:
    """Make the next call that is due. Returns: whether there was one."""
    async with database.transaction("worker") as session:
        scene = await take(session, vault)
    if scene is None:
        return False
    # Outside of any transaction: the other side may be slow.
    fault = await services.call(scene)
    async with database.transaction("worker") as session:
        if fault is None:
            await note_told(session, scene)
        else:
            log.error("The emergency service has not taken alarm %s: %s", scene.alarm_id, fault)
            await note_failed(session, scene, fault)
    return True
