"""Carries batches upstream by HTTPS."""

from domain.upstream.carrying import Answer, Batch
from yiyang.outbound.signed import SignedPosts, fault_of


class HttpCarrier:
    """Carries by HTTP.

    Parameters:
        posts: to the platform upstream.
    """

    def __init__(self, posts: SignedPosts) -> None:
        self._posts = posts

    async def carry(self, batch: Batch) -> Answer:
        """Try once; whatever goes wrong outside is an answer."""
        outcome = await self._posts.post(batch.id, batch.body)
        fault = fault_of(outcome)
        return Answer(outcome.status, fault, outcome.retry_after if fault else None)
