"""Lines in logs that nothing else here writes, inserted past the services."""

from domain.database import Database

_ADMIN = "(SELECT id FROM account WHERE role = 'ADMIN' ORDER BY id LIMIT 1)"
_LINES = (
    f"INSERT INTO elder_log (elder_id, account_id) SELECT id, {_ADMIN} FROM elder",
    "INSERT INTO bed_stay_log (stay_id, action, account_id)"
    f" SELECT id, 'OCCUPY', {_ADMIN} FROM bed_stay",
    "INSERT INTO volunteer_log (volunteer_id, action, account_id)"
    f" SELECT id, 'UPDATE', {_ADMIN} FROM volunteer",
    "INSERT INTO consent_log (link_id, scope, change, account_id, basis)"
    f" SELECT id, 'ALARMS', 'WITHDRAWN', {_ADMIN}, 'ELDER' FROM family_link",
)


async def make_log_lines(database: Database) -> None:
    """One for each elder, stay, volunteer and family link, by an administrator."""
    for lines in _LINES:
        await database.run(lines, ())
