"""All settings, from arguments or the environment; arguments win."""

from pathlib import Path
from typing import Annotated, Literal, TypedDict

from platformdirs import user_cache_path
from pydantic import AfterValidator, BeforeValidator, Field, HttpUrl, SecretStr, TypeAdapter, ValidationError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from extractor.addresses import RedisURL, read_place
from extractor.errors import InvalidSetting
from extractor.schemas.extraction.v1 import ClaimKind, Label

Mode = Literal["json_schema", "json", "tools", "md_json"]
"""How the model is made to answer in JSON: instructor's modes of the same names."""

TokenLimit = Literal["max_completion_tokens", "max_tokens"]
"""What the endpoint calls the most tokens of a reply."""


def _http_url(value: str) -> str:
    TypeAdapter(HttpUrl).validate_python(value)
    return value


def _header_text(value: SecretStr) -> SecretStr:
    key = value.get_secret_value().strip()
    if not (key.isascii() and key.isprintable()):
        raise ValueError("should be printable ASCII, as it goes into a header")
    return SecretStr(key)


def _or_false(value: object) -> object:
    return False if str(value).lower() in ("false", "off", "no", "0") else value


def _split(value: object) -> object:
    return [item.strip() for item in value.split(",")] if isinstance(value, str) else value


_Dollars = Annotated[float, Field(ge=0)]
_List = (NoDecode, BeforeValidator(_split))


ASKED = (
    "model", "mode", "strict", "temperature", "seed", "max_tokens", "reasks", "claims_from", "kinds",
    "prompts", "window", "profile",
)  # fmt: skip
"""The settings that change what a model is asked; the others only say how to reach it."""


MODEL_FILE = ".gguf"
"""The ending by which a model is told to be a file."""


def cache_folder() -> Path:
    """Where replies, and what is known of endpoints, are kept unless another place is named."""
    return user_cache_path("article-extractor")


Profile = Literal["full", "small"]
"""Which prompts are asked: those for large models, or those for small ones with small contexts."""

SMALL: dict[str, int] = {"window": 1_000, "max_tokens": 2_700}
"""What the small profile has in place of the defaults: little of an article a call, and a short reply."""

OF_A_FILE: dict[str, bool | float] = {"strict": False, "article_deadline": 86_400.0}
"""What a model file has in place of the defaults: bounds of strings with the schema, a day for an article."""

UNITS_A_CALL, CLAIMS_A_CALL = 8, 12
"""Of the small profile: as many units as its longest reply has room for, claims of each and who says them."""


class Options(TypedDict, total=False):
    """Keyword arguments of ``extract`` and ``Extractor``; the fields of ``Settings``, all optional."""

    api_key: str | SecretStr | None
    base_url: str | None
    model: str | None
    replay: Path | str | None
    cache: Path | str | RedisURL | Literal[False]
    mode: Mode | Literal["auto"]
    strict: bool
    token_limit: TokenLimit
    timeout: float
    max_tokens: int
    temperature: float | None
    seed: int | None
    attempts: int
    backoff: float
    reasks: int
    deadline: float
    article_deadline: float
    poll: float
    workers: int | None
    threads: int | None
    context: int
    concurrency: int
    rpm: float | None
    tpm: float | None
    price: tuple[float, float, float] | None
    max_cost: float | None
    window: int
    claims_from: tuple[Label, ...]
    kinds: tuple[ClaimKind, ...]
    prompts: tuple[str, ...]
    profile: Profile


class Settings(BaseSettings):
    """Settings; the environment variable is EXTRACTOR_ and the name, or OPENAI_API_KEY, OPENAI_BASE_URL.

    In the environment the items of a list are separated by commas.

    Args:
        api_key: the endpoint's key; none is needed for most servers of one's own.
        base_url: the endpoint, such as http://127.0.0.1:8080/v1; OpenAI's by default.
        model: name of the model, or a GGUF file, which is then run in this process (extra ``local``).
        replay: folder of recorded replies; nothing else is then asked.
        cache: folder of the reply cache, or the address of a Redis (extra ``redis``) that several machines
            share, such as redis://:PASSWORD@HOST:6379/0; False, in the environment "false", for none.
        mode: how the model is made to answer in JSON; auto: as a probe of the endpoint finds out, with
            ``strict`` and ``token_limit``, once for each endpoint and model (``models.settled``).
        strict: ask for strict schema decoding (mode json_schema); not of a model file.
        token_limit: what the endpoint calls ``max_tokens``; one that says that it does not know the name
            gets the old one in any case, one that ignores it has to be told by this.
        timeout: seconds one attempt of a call may take.
        max_tokens: most tokens of one reply.
        temperature: sampling temperature; not sent by default, because reasoning models refuse it.
        seed: sampling seed; not sent by default.
        attempts: how often a call is tried while the model is unavailable.
        backoff: seconds; the first wait between attempts is drawn below it, the next below its double.
        reasks: how often an invalid reply is answered with what is wrong with it.
        deadline: seconds after its first failure at which a call is given up.
        article_deadline: seconds one article of a folder run may take with all its calls; of a model file,
            a day.
        poll: seconds between two looks at a batch.
        workers: processes that do a run's work between calls; by default one for each core where many calls
            are in flight, so that one core would be too slow, else none.
        threads: processor threads of a model file; by default one for each core.
        context: most tokens of a request and its reply together, of a model file; memory grows with it.
        concurrency: most calls in flight; fewer while the endpoint is overloaded.
        rpm: requests a minute to keep to; by default what the endpoint's headers say.
        tpm: tokens a minute to keep to, likewise.
        price: US dollars a million tokens, of input, input from the provider's prompt cache, and output.
        max_cost: US dollars that live calls may cost at the most, in a folder run with those of its earlier
            starts; before they could be more, a run stops.
        window: most code points of article text in one call.
        claims_from: labels of the segments that claims are taken from.
        kinds: kinds of claims asked for.
        prompts: versions to use instead of the latest, such as ("claims@v1",).
        profile: full, or small: prompts for small models, a window of 1,000 code points, replies of 2,700
            tokens, and schemas narrowed to the units, ids and words that there are.
    """

    model_config = SettingsConfigDict(
        env_prefix="EXTRACTOR_",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
    )

    api_key: Annotated[SecretStr, AfterValidator(_header_text)] | None = Field(
        None, validation_alias="OPENAI_API_KEY"
    )
    base_url: Annotated[str, AfterValidator(_http_url)] | None = Field(
        None, validation_alias="OPENAI_BASE_URL"
    )
    model: str | None = None
    replay: Path | None = None
    cache: Annotated[
        Path | RedisURL | Literal[False], BeforeValidator(read_place), BeforeValidator(_or_false)
    ] = Field(default_factory=cache_folder)
    mode: Mode | Literal["auto"] = "json_schema"
    strict: bool = True
    token_limit: TokenLimit = "max_completion_tokens"  # noqa: S105 - no secret
    timeout: float = Field(120.0, gt=0)
    max_tokens: int = Field(16_384, ge=1)
    temperature: float | None = Field(None, ge=0)
    seed: int | None = None
    attempts: int = Field(6, ge=1)
    backoff: float = Field(1.0, ge=0)
    reasks: int = Field(2, ge=0)
    deadline: float = Field(600.0, gt=0)
    article_deadline: float = Field(3600.0, gt=0)
    poll: float = Field(30.0, ge=0)
    workers: Annotated[int, Field(ge=0)] | None = None
    threads: Annotated[int, Field(ge=1)] | None = None
    context: int = Field(16_384, ge=512)
    concurrency: int = Field(8, ge=1)
    rpm: float | None = Field(None, gt=0)
    tpm: float | None = Field(None, gt=0)
    price: Annotated[tuple[_Dollars, _Dollars, _Dollars] | None, *_List] = None
    max_cost: Annotated[float, Field(ge=0)] | None = None
    window: int = Field(24_000, ge=100)
    claims_from: Annotated[tuple[Label, ...], *_List] = ("headline", "body", "caption")
    kinds: Annotated[tuple[ClaimKind, ...], *_List] = ("fact", "forecast")
    prompts: Annotated[tuple[str, ...], *_List] = ()
    profile: Profile = "full"

    @property
    def is_local(self) -> bool:
        """Whether the model is a file, to be run in this process."""
        return bool(self.model) and str(self.model).lower().endswith(MODEL_FILE)

    @property
    def units_a_call(self) -> int | None:
        """Most units of an article that one call shows; None for any number in the window."""
        return UNITS_A_CALL if self.profile == "small" else None

    @property
    def claims_a_call(self) -> int | None:
        """Most claims that one call asks about; None for all of the window."""
        return CLAIMS_A_CALL if self.profile == "small" else None

    @property
    def own_price(self) -> tuple[float, float, float] | None:
        """The price that was given; a file costs nothing else than the machine it runs on."""
        return (0.0, 0.0, 0.0) if self.price is None and self.is_local else self.price

    def prompt(self, record: str) -> str:
        """The name of the prompt to use for a record."""
        latest = record if self.profile == "full" else f"{record}+{self.profile}"
        return next((name for name in self.prompts if name.partition("@")[0] == record), latest)


class _ArgumentsOnly(Settings):
    """Settings that the environment has no part in."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Of all the places that settings may come from, keep the arguments."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


def load_settings(options: Options) -> Settings:
    """Merge options with the environment.

    A replay asked for by argument depends on its arguments alone: a model or temperature in the environment
    is meant for live calls and would make other requests than the recorded ones.

    Raises:
        InvalidSetting: an unknown name or a value of the wrong kind; the value itself is not shown.
    """
    try:
        kind = _ArgumentsOnly if options.get("replay") else Settings
        settings = kind(**options)  # type: ignore[arg-type]  # pydantic turns strings into paths and secrets
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise InvalidSetting(str(first["loc"][0]), first["msg"]) from None
    instead = {
        **(SMALL if settings.profile == "small" else {}),
        **(OF_A_FILE if settings.is_local else {}),
    }
    chosen = settings.model_fields_set
    update = {name: value for name, value in instead.items() if name not in chosen}
    return settings.model_copy(update=update) if update else settings
