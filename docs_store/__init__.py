"""docs_store: what must be the same on the day a document is written and the day a question is read.

The records, the Vietnamese text rules, the embedding models, the index formats and the
library of documents. Imports no other room; importing it loads no engine.
"""

from .abbreviations import ABBREVIATIONS_FILE, Abbreviations, load_abbreviations, shipped_abbreviations
from .dates import FIRST_YEAR, LAST_YEAR, VIETNAM, make_date, today
from .embedding import (
    DEFAULT_MODEL,
    ENCODER_WEIGHTS,
    STATIC_MODEL,
    Embedder,
    is_quick,
    load_embedder,
    made_by,
    mismatch,
    model_name,
    shipped_model,
    ships,
)
from .errors import (
    BusyError,
    ConfigError,
    DamagedError,
    HoitinError,
    LoadError,
    ModelError,
    ModelMismatchError,
    NoIndexError,
    StorageError,
    UsageError,
)
from .generations import Builder, Generation, Generations
from .lexical import FieldWeights
from .library import Entry, FileState, Library, Trouble, content_hash_of, document_from_json, document_to_json, file_of
from .records import Document, Manifest, ModelCard, PageNote, Passage
from .takedowns import Standing, Takedown, Takedowns, address_key, takedown_of, text_key
from .vector_store import VectorStore, text_digest

__all__ = [
    "ABBREVIATIONS_FILE",
    "DEFAULT_MODEL",
    "ENCODER_WEIGHTS",
    "FIRST_YEAR",
    "LAST_YEAR",
    "STATIC_MODEL",
    "VIETNAM",
    "Abbreviations",
    "Builder",
    "BusyError",
    "ConfigError",
    "DamagedError",
    "Document",
    "Embedder",
    "Entry",
    "FieldWeights",
    "FileState",
    "Generation",
    "Generations",
    "HoitinError",
    "Library",
    "LoadError",
    "Manifest",
    "ModelCard",
    "ModelError",
    "ModelMismatchError",
    "NoIndexError",
    "PageNote",
    "Passage",
    "Standing",
    "StorageError",
    "Takedown",
    "Takedowns",
    "Trouble",
    "UsageError",
    "VectorStore",
    "address_key",
    "content_hash_of",
    "document_from_json",
    "document_to_json",
    "file_of",
    "is_quick",
    "load_abbreviations",
    "load_embedder",
    "made_by",
    "make_date",
    "mismatch",
    "model_name",
    "shipped_abbreviations",
    "shipped_model",
    "ships",
    "takedown_of",
    "text_digest",
    "text_key",
    "today",
]
