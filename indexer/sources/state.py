"""What was seen of each source, in one SQLite file. Every step is committed: a killed pull goes on where it stopped."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from docs_store import BusyError, UsageError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS listings(
    source TEXT NOT NULL, url TEXT NOT NULL, etag TEXT NOT NULL, modified TEXT NOT NULL, lastmod TEXT NOT NULL,
    rules TEXT NOT NULL, PRIMARY KEY(source, url)) STRICT;
CREATE TABLE IF NOT EXISTS articles(
    source TEXT NOT NULL, url TEXT NOT NULL, stated TEXT NOT NULL, found REAL NOT NULL, looked REAL NOT NULL DEFAULT 0,
    looked_as TEXT NOT NULL DEFAULT '', file TEXT NOT NULL DEFAULT '', sha256 TEXT NOT NULL DEFAULT '',
    etag TEXT NOT NULL DEFAULT '', modified TEXT NOT NULL DEFAULT '', PRIMARY KEY(source, url)) STRICT;
CREATE TABLE IF NOT EXISTS resting(host TEXT PRIMARY KEY, until REAL NOT NULL) STRICT;
"""


@dataclass(frozen=True, slots=True)
class SeenListing:
    """A feed or sitemap as it was last read. rules: under which hosts and patterns."""

    url: str
    etag: str = ""
    modified: str = ""
    lastmod: str = ""
    rules: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """A page that a listing named. stated: listing -> what it said of the page.

    found, looked: when it was first listed and last asked for (0: never), in seconds since 1970.
    looked_as: what was stated of it at that time. file: its file's name, empty where none is kept.
    """

    url: str
    stated: dict[str, dict[str, str]] = field(default_factory=dict)
    found: float = 0.0
    looked: float = 0.0
    looked_as: str = ""
    file: str = ""
    sha256: str = ""
    etag: str = ""
    modified: str = ""


class PullState:
    """Open with a path, or with None for a state that is never written; use as a context manager.

    copy_of: a state file to begin from, which stays as it is. Raises BusyError if another pull is running.
    """

    def __init__(self, path: Path | None, copy_of: Path | None = None) -> None:
        named = path or copy_of
        try:
            self._db = sqlite3.connect(path or ":memory:", timeout=0, isolation_level=None)
            if copy_of is not None and copy_of.exists():
                with sqlite3.connect(f"{copy_of.absolute().as_uri()}?mode=ro", uri=True, timeout=0) as original:
                    original.backup(self._db)
                original.close()
            # Exclusive until closed, or until the process dies: two pulls at once would ask a host twice at once.
            self._db.executescript("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;" + _SCHEMA + "COMMIT;")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise BusyError(
                    "Một lệnh pull khác đang chạy | Another `hoitin pull` is running", "đợi lệnh ấy xong"
                ) from error
            raise UsageError(f"Không mở được {named}: {error} | Cannot open {named}") from error
        except sqlite3.DatabaseError as error:
            raise UsageError(
                f"{named} hỏng: {error} | {named} is damaged", "xóa tệp ấy rồi chạy lại: các bài sẽ được tải lại từ đầu"
            ) from error

    def __enter__(self) -> PullState:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()

    def listing(self, source: str, url: str) -> SeenListing:
        """Return the listing as it was last read; a blank one where it never was."""
        row = self._db.execute(
            "SELECT url, etag, modified, lastmod, rules FROM listings WHERE source = ? AND url = ?", (source, url)
        ).fetchone()
        return SeenListing(*row) if row else SeenListing(url)

    def put_listing(self, source: str, listing: SeenListing, stated: Mapping[str, dict[str, str]], now: float) -> None:
        """Store a listing and, in the same moment, what it says of each address: neither can be known without the other."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.execute(
                "INSERT OR REPLACE INTO listings VALUES (?, ?, ?, ?, ?, ?)",
                (source, listing.url, listing.etag, listing.modified, listing.lastmod, listing.rules),
            )
            for url, said in stated.items():
                row = self._db.execute("SELECT stated FROM articles WHERE source = ? AND url = ?", (source, url)).fetchone()
                text = json.dumps({**(json.loads(row[0]) if row else {}), listing.url: said}, ensure_ascii=False)
                self._db.execute(
                    "INSERT INTO articles(source, url, stated, found) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT(source, url) DO UPDATE SET stated = excluded.stated",
                    (source, url, text, now),
                )
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def articles(self, source: str) -> list[Article]:
        """Return every article known of the source, in the order in which they were found."""
        rows = self._db.execute(
            "SELECT url, stated, found, looked, looked_as, file, sha256, etag, modified FROM articles"
            " WHERE source = ? ORDER BY found, rowid",
            (source,),
        )
        return [Article(url, json.loads(stated), *rest) for url, stated, *rest in rows]

    def put_article(self, source: str, article: Article) -> None:
        """Store what became of an article."""
        self._db.execute(
            "UPDATE articles SET looked = ?, looked_as = ?, file = ?, sha256 = ?, etag = ?, modified = ?"
            " WHERE source = ? AND url = ?",
            (
                article.looked,
                article.looked_as,
                article.file,
                article.sha256,
                article.etag,
                article.modified,
                source,
                article.url,
            ),
        )

    def resting(self) -> dict[str, float]:
        """Return the hosts that asked to be left alone, and until when."""
        return dict(self._db.execute("SELECT host, until FROM resting"))

    def put_resting(self, resting: Mapping[str, float]) -> None:
        """Store the hosts that asked to be left alone."""
        self._db.executemany("INSERT OR REPLACE INTO resting VALUES (?, ?)", resting.items())
