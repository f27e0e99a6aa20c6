"""Sources: a site's own feeds and sitemaps, pulled politely into a folder that is then indexed like any other.

Sources file -> listings (feeds, sitemaps) -> articles that are new or due for another look -> files, each with
a sidecar that holds what the listing said of it. What was seen stands in one SQLite file, committed article by
article: a killed pull goes on where it stopped.
"""

from .fetching import Clock, Fetcher, Limits
from .guarded import ListingReader
from .pulling import PullReport, pull
from .sources_file import Source, Sources, read_sources
from .state import PullState

__all__ = [
    "Clock",
    "Fetcher",
    "Limits",
    "ListingReader",
    "PullReport",
    "PullState",
    "Source",
    "Sources",
    "pull",
    "read_sources",
]
