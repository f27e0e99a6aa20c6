"""The sources file: which sites are pulled, and within which bounds. TOML."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

import httpx
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from docs_store import UsageError

from .addresses import AddressError, address, origin, slug


def _address(text: object) -> str:
    if not isinstance(text, str):
        raise ValueError("phải là một địa chỉ | must be an address")
    return str(address(text))


def _host(text: object) -> str:
    name = str(text).strip().lower()
    if not name or set(name) & set("/@?#*, "):
        raise ValueError("phải là tên máy chủ, ví dụ tin.example.vn | must be a host such as tin.example.vn")
    return origin(httpx.URL(f"http://{name}"))


Address = Annotated[str, BeforeValidator(_address)]
Host = Annotated[str, BeforeValidator(_host)]


class Feed(BaseModel):
    """A feed; section: the rubric of everything in it, where its entries name none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Address
    section: str = ""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        return {"url": value} if isinstance(value, str) else value


class Source(BaseModel):
    """One site. Patterns are globs: of the path and query if they begin with '/', else of the whole address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    feeds: tuple[Feed, ...] = ()
    sitemaps: tuple[Address, ...] = ()
    hosts: tuple[Host, ...] = ()  # further hosts; those of the feeds and sitemaps are always allowed
    folder: Path = Path()  # empty: DATA/pulled/NAME
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    delay: float = Field(default=1.0, ge=0, le=3600)  # seconds between two requests to one host
    max_pages: int = Field(default=500, ge=1)  # articles asked for in one run; the rest waits for the next
    max_megabytes: float = Field(default=20, gt=0, le=1000)  # of one article, unpacked

    @property
    def slug(self) -> str:
        """The name as it stands in paths and on the command line."""
        return slug(self.name)

    @property
    def allowed(self) -> frozenset[str]:
        """The hosts that may be asked."""
        own = [feed.url for feed in self.feeds] + list(self.sitemaps)
        return frozenset((*self.hosts, *(origin(httpx.URL(url)) for url in own)))

    def wants(self, url: httpx.URL) -> bool:
        """Tell whether the patterns let this address in."""
        return (not self.include or _matches(url, self.include)) and not _matches(url, self.exclude)

    @model_validator(mode="after")
    def _listed(self) -> Source:
        if not self.feeds and not self.sitemaps:
            raise ValueError("thiếu feeds hoặc sitemaps | needs feeds or sitemaps")
        if not self.slug:
            raise ValueError("name phải có chữ hoặc số La-tinh | name needs Latin letters or digits")
        return self


def _matches(url: httpx.URL, patterns: tuple[str, ...]) -> bool:
    path = url.raw_path.decode("ascii")
    return any(fnmatchcase(path if pattern.startswith("/") else str(url), pattern) for pattern in patterns)


class Sources(BaseModel):
    """What a sources file says. contact: an address for whoever runs the sites, sent with every request."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contact: Address | None = None
    max_wait: float = Field(default=60, ge=1, le=3600)  # seconds; a host that asks for more is left for the next run
    source: tuple[Source, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> Sources:
        if len({source.slug for source in self.source}) < len(self.source):
            raise ValueError("hai nguồn trùng tên | two sources have the same name")
        return self

    def named(self, names: tuple[str, ...]) -> list[Source]:
        """Return the sources of these names, all of them where none is given. Raises UsageError."""
        known = {source.slug: source for source in self.source}
        if unknown := [name for name in names if slug(name) not in known]:
            listed = ", ".join(source.name for source in self.source)
            raise UsageError(f"Không có nguồn {unknown[0]!r} | No source {unknown[0]!r}", f"các nguồn / sources: {listed}")
        return [known[name] for name in dict.fromkeys(map(slug, names))] if names else list(self.source)


def read_sources(path: Path, pulled: Path) -> Sources:
    """Return what the sources file at `path` says, each source with its folder.

    pulled: where a source is saved that names no folder; a folder named is relative to the sources file.
    Raises UsageError.
    """
    try:
        sources = Sources.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError as error:
        raise UsageError(
            f"Không có tệp nguồn {path} | There is no sources file {path}", "xem mẫu ở README, mục hoitin pull / see the README"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} sai cú pháp TOML: {error} | {path} is not valid TOML") from error
    except ValidationError as error:
        # Only where and why, never the value: it may be an address with a password in it.
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"]) or "source"
        raise UsageError(f"{path}: {place} sai | {place} is wrong: {first['msg'].removeprefix('Value error, ')}") from error
    placed = [
        source.model_copy(update={"folder": path.parent / source.folder if source.folder != Path() else pulled / source.slug})
        for source in sources.source
    ]
    return sources.model_copy(update={"source": tuple(placed)})


__all__ = ["AddressError", "Feed", "Source", "Sources", "read_sources"]
