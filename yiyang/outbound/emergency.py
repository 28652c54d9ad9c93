"""Calls the public emergency service by HTTPS. Cities have interfaces of their own: whatever takes
these calls turns them into the city's."""

from domain.emergency.calling import Scene
from domain.ids import public_id
from yiyang.outbound.signed import SignedPosts, fault_of


class HttpEmergencyServices:
    """Calls by HTTP.

    Parameters:
        posts: to whatever takes the calls.
    """

    def __init__(self, posts: SignedPosts) -> None:
        self._posts = posts

    async def call(self, scene: Scene) -> str | None:
        """See ``EmergencyServices``."""
        alarm = public_id("alarm", scene.alarm_id)
        content = {
            "v": 1,
            "id": alarm,
            "type": scene.type.value,
            "raised_at": scene.raised_at,
            "region": scene.region_code,
            "name": scene.name,
            "address": scene.address,
            "phone": scene.phone,
        }
        return fault_of(await self._posts.post(f"emergency-{alarm}", content))
