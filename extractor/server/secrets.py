"""Keys: shown once, kept as hashes."""

import secrets
from hashlib import sha256

_BYTES = 32


def new_key() -> tuple[str, str]:
    """A key, and the hash to keep of it; 256 random bits need no salt and no slow hash."""
    key = f"ex_{secrets.token_urlsafe(_BYTES)}"
    return key, hash_of(key)


def hash_of(key: str) -> str:
    """SHA-256 of a key, in hexadecimal."""
    return sha256(key.encode(errors="surrogatepass")).hexdigest()
