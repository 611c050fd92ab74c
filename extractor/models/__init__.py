"""One model call as layers of one signature: replay, or cache -> retry -> openai."""
