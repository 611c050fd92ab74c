"""The layer that makes a span of each live call, with all its attempts, by the GenAI semantic conventions."""

from urllib.parse import urlsplit

from extractor.models.call import Model, Reply, Request
from extractor.models.meter import metered
from extractor.prices import Price
from extractor.settings import Settings
from extractor.tracing import span


class Traced:
    """A span a call: names, tokens and cost, never what was said.

    Args:
        inner: the layer below.
        settings: where the endpoint is.
        price: of the model, None if not known.
    """

    def __init__(self, inner: Model, settings: Settings, price: Price | None) -> None:
        self._inner = inner
        self._price = price
        place = urlsplit(settings.base_url or "https://api.openai.com")
        self._server = {"server.address": place.hostname, "server.port": place.port or 443}

    async def __call__(self, request: Request) -> Reply:
        """Answer from the layer below."""
        body = request.body
        asked = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.output.type": "json",
            "gen_ai.request.model": str(body["model"]),
            "gen_ai.request.max_tokens": body.get("max_completion_tokens"),
            "gen_ai.request.temperature": body.get("temperature"),
            "gen_ai.request.seed": body.get("seed"),
            "extractor.prompt": request.prompt,
            **self._server,
        }
        with span(f"chat {body['model']}", asked, is_call=True) as told:
            reply = await self._inner(request)
            usage = metered(reply, self._price)
            is_counted = not usage.unmetered
            told.tell(
                {
                    "gen_ai.response.model": reply.model,
                    "gen_ai.response.finish_reasons": [reply.finish_reason],
                    "gen_ai.usage.input_tokens": usage.input_tokens if is_counted else None,
                    "gen_ai.usage.output_tokens": usage.output_tokens if is_counted else None,
                    "extractor.cost": usage.cost,
                }
            )
            return reply
