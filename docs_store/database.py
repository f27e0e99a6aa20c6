"""SQLite whose errors are ours: a full, locked or read-only disk is told as such, and damage as damage."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .errors import HoitinError, explain


class Database(sqlite3.Connection):
    """A connection whose every call raises StorageError or DamagedError in place of sqlite3.Error."""

    place: Path
    mend = ""  # the next step where the file is damaged

    def cursor(self, *_: Any, **__: Any) -> _Cursor:  # type: ignore[override]
        return super().cursor(_Cursor)

    def execute(self, sql: str, parameters: Any = ()) -> _Cursor:
        return self.cursor().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any]) -> _Cursor:
        return self.cursor().executemany(sql, parameters)

    def executescript(self, script: str) -> _Cursor:
        return self.cursor().executescript(script)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do what stands within all or not at all. For a connection with isolation_level=None."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            if self.in_transaction:  # a full disk has ended it already
                with suppress(HoitinError):
                    self.execute("ROLLBACK")
            raise


class _Cursor(sqlite3.Cursor):
    connection: Database

    def execute(self, sql: str, parameters: Any = ()) -> _Cursor:
        try:
            super().execute(sql, parameters)
        except _ERRORS as error:
            raise _explained(error, self.connection) from error
        return self

    def executemany(self, sql: str, parameters: Iterable[Any]) -> _Cursor:
        try:
            super().executemany(sql, parameters)
        except _ERRORS as error:
            raise _explained(error, self.connection) from error
        return self

    def executescript(self, script: str) -> _Cursor:
        try:
            super().executescript(script)
        except _ERRORS as error:
            raise _explained(error, self.connection) from error
        return self

    def fetchone(self) -> Any:
        try:
            return super().fetchone()
        except _ERRORS as error:
            raise _explained(error, self.connection) from error

    def fetchall(self) -> list[Any]:
        try:
            return super().fetchall()
        except _ERRORS as error:
            raise _explained(error, self.connection) from error

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except _ERRORS as error:
            raise _explained(error, self.connection) from error


_ERRORS = (sqlite3.DatabaseError, MemoryError)


def _explained(error: BaseException, database: Database) -> BaseException:
    if isinstance(error, sqlite3.ProgrammingError):  # a fault of ours, not of the file
        return error
    return explain(error, database.place, database.mend)


def connect(path: Path | str, *, mend: str = "", options: str = "", **arguments: Any) -> Database:
    """Return a connection to the database at `path`. options: of SQLite's URI, "mode=ro&immutable=1"; by default it is made.

    mend: the next step to tell where the file is damaged. Raises StorageError, DamagedError.
    """
    memory = str(path) == ":memory:"
    place = str(path) if memory else f"{Path(path).resolve().as_uri()}?{options}"
    try:
        database: Database = sqlite3.connect(place, uri=not memory, factory=Database, **arguments)
    except sqlite3.Error as error:
        raise explain(error, path, mend) from error
    database.place, database.mend = Path(path), mend
    return database
