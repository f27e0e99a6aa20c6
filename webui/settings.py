"""Settings, read once, from HOITIN_* variables of the environment. They stop here, on the top floor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from docs_store import DEFAULT_MODEL, UsageError


class Settings(BaseSettings):
    """Every setting has a default that works on one machine without a network."""

    model_config = SettingsConfigDict(env_prefix="HOITIN_", env_ignore_empty=True, frozen=True)

    data: Path = Path("data")
    model: str = DEFAULT_MODEL
    model_backend: Literal["torch", "onnx", "openvino"] = "torch"
    model_half: bool = False  # half precision, for models that torch runs
    reranker: str = ""  # a CrossEncoder, by hub name or folder; none by default
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=7860, ge=1, le=65535)
    root_path: str = ""  # the path prefix under which a proxy shows us, e.g. "/hoitin"
    embed_origins: Annotated[tuple[str, ...], NoDecode] = ()  # who may carry the widget, e.g. "https://intranet.example"

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
