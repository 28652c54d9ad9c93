"""Who and what a small district lacks: several accounts of each role, and something of all."""

import asyncpg

from domain.access import Role
from tests.makers.notifications import NOTIFICATIONS
from tests.makers.windows import WINDOWS

NAME = "众"
"""Of everybody and everything here."""

EACH = 4
"""Accounts of a role; four people hold one of each."""

_STATEMENTS = (
    "INSERT INTO person (name) SELECT '{name}' FROM generate_series(1, {each})",
    "INSERT INTO account (name, role, person_id) SELECT '{name}', role, id"
    " FROM unnest(ARRAY[{roles}]) AS role, person WHERE person.name = '{name}'",
    "INSERT INTO volunteer (id, name, region_code, registered_on, check_state, cleared_until)"
    " SELECT id, '{name}', (SELECT min(region_code) FROM elder), current_date, 'CLEARED',"
    " current_date + 90 FROM account"
    " WHERE name = '{name}' AND role = 'VOLUNTEER'",
    "INSERT INTO volunteer_log (volunteer_id, action, account_id, note)"
    " SELECT id, action, id, '{name}' FROM volunteer, unnest(ARRAY['UPDATE', 'SUSPEND']) AS action",
    *WINDOWS,
    "INSERT INTO device (kind, vendor_id, secret_version) SELECT 'SOS_BUTTON', id, 1 FROM vendor",
    "INSERT INTO alarm (elder_id, device_id, region_code, type, severity, state, level, raised_at,"
    " late, repeat_count, resolved_at, resolve_reason, measures, version)"
    " SELECT elder_id, id, '330102', 'SOS', 'MAJOR', 'RESOLVED', 1, now(), false, 0, now(),"
    " 'DRILL', '{{}}', 1 FROM device WHERE elder_id IS NOT NULL",
    "INSERT INTO assistance_case (elder_id, region_code, kind, state, submitted_by, submitted_at,"
    " reject_reason, version) SELECT elder.id, '330102', 'MINIMUM_LIVING', 'WITHDRAWN',"
    " (SELECT id FROM account LIMIT 1), now(), '{name}', 1 FROM elder LIMIT 40",
    "INSERT INTO assistance_case_log (case_id, action, state, account_id)"
    " SELECT id, 'WITHDRAW', 'WITHDRAWN', submitted_by FROM assistance_case",
    "INSERT INTO data_request (elder_id, region_code, kind, state, asked_by, due_on)"
    " SELECT elder.id, '330102', 'ACCESS', 'WITHDRAWN', (SELECT id FROM account LIMIT 1),"
    " current_date FROM elder LIMIT 30",
    # The last ones' accounts have another role by now than they had when they asked.
    "INSERT INTO export (account_id, role, language, list_name, expected_rows, row_count,"
    " byte_count, masked, state) SELECT id, CASE WHEN role = 'FAMILY' THEN 'ADMIN' ELSE role END,"
    " 'en', 'regions', 1, 0, 0, '', 'WAITING' FROM account WHERE name = '{name}'",
    "INSERT INTO elder_import (account_id, role, state, done_count, bad_row_count, fault_count,"
    " attempts, file_cipher) SELECT id, CASE WHEN role = 'FAMILY' THEN 'ADMIN' ELSE role END,"
    " 'WAITING', 0, 1, 1, 0, '' FROM account WHERE name = '{name}'",
    "INSERT INTO elder_import_fault (import_id, row_number, in_column, code, facts)"
    " SELECT id, 2, 'PHONE', 'INVALID_INPUT', '{{\"reason\": \"PHONE\"}}' FROM elder_import",
    "INSERT INTO elder_merge (kept_id, duplicate_id, region_code, duplicate_region_code, reason,"
    " merged_by) SELECT id, uuidv7(), region_code, region_code, '{name}',"
    " (SELECT id FROM account LIMIT 1) FROM elder LIMIT 40",
    "INSERT INTO webhook (account_id, url, language, document, variables, secret, state, stop,"
    " position, failures) SELECT id, 'https://vendor.example/', 'en', '', '{{}}', '', 'PAUSED',"
    " 'OWNER', 0, 0 FROM account WHERE name = '{name}' AND role = 'VENDOR'",
    "INSERT INTO rule_threshold (elder_id, kind, rule, raise_at, set_by)"
    " SELECT id, 'SLEEP_BAND', 'tachycardia', 130, (SELECT id FROM account LIMIT 1)"
    " FROM elder LIMIT 20",
    "INSERT INTO rule_threshold (region_code, kind, rule, raise_at, set_by)"
    " SELECT DISTINCT left(region_code, digits), 'SLEEP_BAND', 'tachycardia', 130,"
    " (SELECT id FROM account LIMIT 1) FROM elder, unnest(ARRAY[4, 6, 9, 12]) AS digits",
    "INSERT INTO allergy (elder_id, kind, since, about_hash, content_cipher)"
    " SELECT id, 'FOOD', current_date - 30, uuid_send(uuidv7()), '' FROM elder LIMIT 30",
    "INSERT INTO medication (elder_id, since, until, about_hash, content_cipher)"
    " SELECT id, current_date - 30, CASE WHEN row_number() OVER () % 3 = 0 THEN current_date END,"
    " uuid_send(uuidv7()), '' FROM elder LIMIT 30",
    "INSERT INTO measurement (elder_id, kind, taken_at, value)"
    " SELECT id, 'WEIGHT', now() - row_number() OVER () * interval '1 hour', 55 FROM elder"
    " LIMIT 60",
    "INSERT INTO login_session (person_id, account_id, expires_at)"
    " SELECT person_id, id, now() + interval '1 day' FROM account WHERE name = '{name}'",
    *NOTIFICATIONS,
    "INSERT INTO webhook_delivery (webhook_id, position, state, attempts)"
    " SELECT id, place, 'DELIVERED', 1 FROM webhook, generate_series(1, 3) AS place",
)


async def people_with_everything(sql: asyncpg.Connection) -> None:
    """Insert them; what is named so is theirs."""
    roles = ", ".join(f"'{role.value}'" for role in Role)
    for statement in _STATEMENTS:
        await sql.execute(statement.format(each=EACH, roles=roles, name=NAME))
