"""Settings, read once, from HOITIN_* variables of the environment. They stop here, on the top floor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from docs_store import DEFAULT_MODEL, UsageError

from .access.accounts import read_accounts
from .access.addresses import Network, as_networks
from .access.checks import as_group_roles, as_header_name, read_secret
from .access.hosts import as_hosts
from .access.person import Role


class Settings(BaseSettings):
    """Every setting has a default that works on one machine without a network."""

    model_config = SettingsConfigDict(env_prefix="HOITIN_", env_ignore_empty=True, frozen=True)

    data: Path = Path("data")
    model: str = DEFAULT_MODEL
    model_backend: Literal["torch", "onnx", "openvino"] = "torch"
    model_half: bool = False  # half precision, for models that torch runs
    reader: Literal["on", "off", ""] = ""  # reads the first stories to mark what answers; by default not for the static model
    reranker: str = ""  # a CrossEncoder, by hub name or folder; none by default
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=7860, ge=1, le=65535)
    hosts: Annotated[tuple[str, ...], NoDecode] = ()  # our own names, with or without port; default: see access.hosts
    log: Literal["text", "json", "off"] = "text"  # a line for each request
    root_path: str = ""  # the path prefix under which a proxy shows us, e.g. "/hoitin"
    embed_origins: Annotated[tuple[str, ...], NoDecode] = ()  # who may carry the widget, e.g. "https://intranet.example"
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()  # whose X-Forwarded-* and user header are believed
    user_header: str = ""  # the header in which a trusted proxy names who is signed in, e.g. "X-Remote-User"
    groups_header: str = ""  # the one that names their groups
    group_roles: Annotated[dict[str, Role], NoDecode] = {}  # which role a group brings, e.g. "bien-tap=editor"
    token_secret: SecretStr = SecretStr("")  # what signs the tokens of the widget, 32 bytes or more
    token_secret_file: Path | None = None  # the file that holds it
    accounts: Path | None = None  # the file of the local accounts
    erase_after: int | None = Field(default=None, ge=0)  # days after which the text of what was taken down is erased
    rate: int = Field(default=300, ge=0)  # questions a minute from one person or address; 0 = no limit

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        return as_networks(value) if isinstance(value, str) else value

    @field_validator("hosts", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        return as_hosts(value) if isinstance(value, str) else value

    @field_validator("user_header", "groups_header")
    @classmethod
    def _header(cls, value: str) -> str:
        return as_header_name(value)

    @field_validator("group_roles", mode="before")
    @classmethod
    def _roles(cls, value: object) -> object:
        return as_group_roles(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _refuse_open_doors(self) -> Settings:
        if self.user_header and not self.trusted_proxies:
            raise ValueError("HOITIN_USER_HEADER needs HOITIN_TRUSTED_PROXIES, else anybody could name themselves")
        if self.groups_header and not self.user_header:
            raise ValueError("HOITIN_GROUPS_HEADER needs HOITIN_USER_HEADER")
        return self

    def check_secrets(self) -> None:
        """Raise UsageError if a file of secrets cannot be what it should be, before anything else is loaded."""
        self.token_key()
        if self.accounts:
            read_accounts(self.accounts)

    def token_key(self) -> bytes:
        """Return what signs tokens, b"" for no tokens. Raises UsageError if the file cannot be it."""
        return read_secret(self.token_secret.get_secret_value(), self.token_secret_file)

    @field_validator("embed_origins", mode="before")
    @classmethod
    def _origins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        origins = tuple(origin.strip().rstrip("/") for origin in value.split(",") if origin.strip())
        for origin in origins:
            scheme, _, host = origin.partition("://")
            if scheme not in ("http", "https") or not host or set(host) & set("/ ;,'\"*?#@"):
                raise ValueError(f"{origin!r} is not an origin such as https://intranet.example")
        return origins

    @field_validator("root_path")
    @classmethod
    def _prefix(cls, value: str) -> str:
        value = value.rstrip("/")
        if value and not value.startswith("/"):
            raise ValueError("must begin with /")
        return value


def read_settings(**given: object) -> Settings:
    """Return the settings: what is given, else HOITIN_* variables, else defaults. Raises UsageError."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "HOITIN_" + str(first["loc"][0]).upper() if first["loc"] else "HOITIN_*"
        raise UsageError(f"Cài đặt {name} sai | Setting {name} is wrong: {first['msg']}") from error
