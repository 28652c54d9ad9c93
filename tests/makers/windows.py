"""Windows in which volunteers apply for visits, for tests, inserted past the service."""

from sqlalchemy import text

from domain.database import Database
from yiyang.district.cast import District

WINDOWS = (
    "INSERT INTO visit_window (region_code, state, opened_by, opened_at, closes_at, seed, ended_at)"
    " SELECT left(region_code, 9), state, (SELECT id FROM account WHERE role = 'STATION'"
    " ORDER BY id LIMIT 1), now() - interval '1 hour', now() + interval '1 day', md5(state),"
    " CASE WHEN state <> 'OPEN' THEN now() END"
    " FROM unnest(ARRAY['OPEN', 'ALLOTTED', 'CANCELLED']) AS state,"
    " (SELECT min(region_code) AS region_code FROM elder) AS place",
    "INSERT INTO visit_application (window_id, task_id, volunteer_id, region_code, state, ended_at,"
    " because, visits_before, has_time, steps_away, lot)"
    " SELECT visit_window.id, task.id, who.id, task.region_code,"
    " CASE WHEN visit_window.state = 'OPEN' THEN 'APPLIED' ELSE 'NOT_ALLOTTED' END, ended_at,"
    " CASE WHEN visit_window.state <> 'OPEN' THEN 'DRAWN' END, 3, true, 2, 2147483647"
    " FROM visit_window,"
    " (SELECT * FROM visit_task ORDER BY state <> 'OPEN', id LIMIT 12) AS task,"
    " (SELECT id FROM volunteer ORDER BY id DESC LIMIT 4) AS who ON CONFLICT DO NOTHING",
    "UPDATE visit_task SET allocation = 'FAIR', window_id = visit_window.id FROM visit_window"
    " WHERE visit_window.state = 'OPEN' AND visit_task.state = 'OPEN'"
    " AND visit_task.id IN (SELECT task_id FROM visit_application)",
)
"""One in each state, with applications of some volunteers for some visits."""


async def make_windows(database: Database, district: District) -> None:
    """The same, and the mother's next visit is applied for by whoever plays the volunteer."""
    mother = text(
        "INSERT INTO visit_application (window_id, task_id, volunteer_id, region_code, state)"
        " SELECT visit_window.id, visit_task.id, volunteer.id, visit_task.region_code, 'APPLIED'"
        " FROM visit_window, visit_task, volunteer JOIN account USING (id)"
        " WHERE visit_window.state = 'OPEN' AND visit_task.id = :visit"
        " AND account.role = 'VOLUNTEER' ORDER BY volunteer.id LIMIT 1 ON CONFLICT DO NOTHING"
    )
    async with database.transaction("test") as session:
        for statement in WINDOWS:
            await session.execute(text(statement))
        await session.execute(mother, {"visit": district.open_visit_id})
