"""What ``yiyang demo`` shows once all is ready: where to look and what to try."""

from datetime import timedelta
from pathlib import Path

from rich.console import Console

from domain.access import Role
from domain.ids import public_id
from yiyang import tokens
from yiyang.district.cast import District
from yiyang.keys import DevelopmentKeys
from yiyang.progress import Progress
from yiyang.runtime import Running

_LIFETIME = timedelta(hours=12)

_QUERIES = """\
# The daughter's home screen
{{ elder(id: "{mother}") {{ name age devices {{ kind online }}
    alarms(first: 5) {{ nodes {{ type state raisedAt spokenText }} }} }} }}

# The duty desk's queue
{{ alarms(first: 20, filter: {{state: RAISED}}) {{
    nodes {{ id type severity raisedAt elder {{ name region {{ name }} }} }} }} }}

# Who is to be visited soon, and by nobody yet
{{ visitTasks(first: 10, filter: {{state: OPEN}}) {{
    nodes {{ id kind scheduledFrom region {{ name }} position {{ longitude latitude }} }} }} }}

# Nursing beds that are free today
{{ beds(first: 10, filter: {{kind: INSTITUTION, nursing: true, free: true}}) {{
    totalCount nodes {{ id label station {{ name address }} }} }} }}

# Applications whose clock runs
{{ assistanceCases(first: 10, filter: {{state: [ACCEPTED, INVESTIGATING]}}) {{
    nodes {{ id kind state clock {{ dueOn provisional }} elder {{ name }} }} }} }}

# The week's menu in the mother's street
{{ canteen(id: "{canteen}") {{ name delivers menu {{ id day meal name price }} }} }}

# Live
subscription {{ alarmChanged {{ cursor change alarm {{ id type state elder {{ name }} }} }} }}
"""


def show_guide(
    data_dir: Path,
    known: DevelopmentKeys,
    running: Running,
    district: District,
    progress: Progress,
) -> None:
    """Print addresses, ready queries and a token for each role."""
    progress.finish()
    console = Console(highlight=False, soft_wrap=True)
    site = running.graphql.removesuffix("/graphql")
    signed = {
        role: tokens.sign(known, role, tokens.player(district, role), lifetime=_LIFETIME)
        for role in Role
    }
    console.print("\n[bold]Tokens[/bold] (good for 12 hours)")
    for role, token in signed.items():
        console.print(f"{role.value.lower():>10}  {token}", markup=False)
    console.print("\n[bold]Queries to begin with[/bold]")
    console.print(ready_queries(district), markup=False)
    console.print("[bold]Addresses[/bold]")
    console.print(f"   GraphQL  {running.graphql}")
    console.print(f"            {running.ws}")
    if _is_built():
        console.print(f"  GraphiQL  {site}/graphiql/#token={signed[Role.DISPATCHER]}")
    else:
        console.print("  GraphiQL  not built: `make setup` builds it")
    console.print(f"    Family  {site}/family/#token={signed[Role.FAMILY]}")
    console.print(f"      MQTT  {running.mqtt} (3.1.1), {running.mqtt5} (5)")
    button = public_id("device", district.sos_button_id)
    where = "" if data_dir == Path(".yiyang") else f" --data-dir {data_dir}"
    console.print("\n[bold]Try[/bold], in another terminal")
    console.print(f"  .venv/bin/yiyang watch{where}")
    console.print(f"  .venv/bin/yiyang press {button}{where}\n")


def ready_queries(district: District) -> str:
    """The operations to begin with, each below a line that says what it is."""
    mother = public_id("elder", district.mother_id)
    return _QUERIES.format(mother=mother, canteen=public_id("canteen", district.canteen_id))


def _is_built() -> bool:
    return (Path(__file__).parents[1] / "api" / "static" / "graphiql" / "index.html").exists()
