"""`yiyang upstream`, run as an operator runs it."""

from domain.database import Database
from domain.outbox import Event, record
from tests.devices.wire import rows
from tests.operators import Operator


async def test_an_operator_sees_where_it_stands_and_goes_on(
    database: Database, database_url: str
) -> None:
    operator = Operator(database_url, "upstream")
    assert "nothing has been told" in operator.is_told("status")
    (visit,) = await rows(database, "SELECT id FROM visit_task ORDER BY id LIMIT 1")
    async with database.transaction("test") as session:
        record(session, Event("visit_task", visit.id, "CLAIM"))
    columns = "name, position, failures, refusals, last_fault, stopped_at"
    await database.run(
        f"INSERT INTO upstream ({columns}) VALUES ('province', 0, 0, 0, 'HTTP 401', now())", ()
    )
    done = operator.run("status")
    assert done.returncode == 3, done.stderr
    assert '"waiting": 1' in done.stdout
    assert '"fault": "HTTP 401"' in done.stdout
    (skipped,) = operator.says("skip")
    assert skipped["id"] == f"visit_task_{visit.id.hex}"
    assert operator.says("resume") == []
    stands, refused = operator.says("status")
    assert (stands["waiting"], stands["stopped_at"], refused["reason"]) == (0, None, "SKIPPED")
