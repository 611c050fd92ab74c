"""The reply to any request about any article: all of it is body, and it claims nothing."""

import json

from doubles.loopback import Body
from doubles.notices import record_of, units_of
from doubles.scripted import body_reply


def answer(body: Body) -> str:
    """Segments or claims."""
    if record_of(body) == "segments":
        return json.dumps(body_reply(max(units_of(body), default=1)))
    return json.dumps({"claims": []})
