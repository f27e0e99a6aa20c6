"""Numbers of official documents and standards, in one form however they are typed.

    12/2024/TT-BKHCN   36/2024/QH15   569/QĐ-TTg   57-NQ/TW   Nghị định số 13 năm 2023
    QCVN 12:2014/BKHCN   TCVN ISO/IEC 27001:2019   ISO 9001

Đ and D are alike, and spaces, dashes and slashes are forgiven. A key is lower case, its parts
joined by "/": "12/2024/tt/bkhcn". A document's text yields every key by which it may be asked for
("12/2024/tt", "12/tt" too); a question yields only the fullest one that it names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .vietnamese import fold, nfc

# Kinds as they stand in numbers, and as words. Folded.
_KIND_WORDS = {
    "thong tu lien tich": "ttlt",
    "thong tu": "tt",
    "nghi dinh": "nd",
    "quyet dinh": "qd",
    "nghi quyet": "nq",
    "chi thi": "ct",
    "ke hoach": "kh",
    "thong bao": "tb",
    "cong dien": "cd",
    "phap lenh": "pl",
    "ket luan": "kl",
    "to trinh": "ttr",
    "huong dan": "hd",
    "van ban hop nhat": "vbhn",
}
_KINDS = r"(?:ttlt|ttr|tt|nd|qd|nqlt|nq|ct|kh|tb|cd|pl|kl|hd|bc|cv|gm|vbhn|luat|lenh|l|qh\d{1,2}|ubtvqh\d{1,2}|qc|tc)"
_AGENCIES = (
    r"(?:cp|ttg|tw|qh|ctn|ubnd|hdnd|vpcp|tctk|khcn|byt|btc|bct|bkhcn|btttt|bkhdt|btnmt|bnnptnt|bnnmt|bgtvt|bxd|bgddt"
    r"|bldtbxh|bnv|btp|bca|bqp|bng|bvhttdl|nhnn|ttcp|bdtg|ubdt|tandtc|vksndtc|ktnn|hdtp|bhxh|tctdc|tcdl)"
)
_GAP = r"[ \t]{0,2}"
_MARK = rf"{_GAP}[/–—-]{_GAP}"
_YEAR = r"(?:19[4-9]\d|20\d\d)"
_START = r"(?<![\w/.,:-])"

# 12/2024/TT-BKHCN, with any marks or none between the parts after the year.
_DATED = re.compile(
    rf"{_START}(\d{{1,5}}){_MARK}({_YEAR}){_GAP}[/–—-]?{_GAP}({_KINDS})(?:{_MARK}([a-z]{{2,10}}(?:{_MARK}[a-z]{{2,10}}){{0,2}})"
    rf"|{_GAP}({_AGENCIES}))?(?!\w)"
)
# 569/QĐ-TTg and 57-NQ/TW: no year, so kind and agency both have to be there.
_PLAIN = re.compile(
    rf"{_START}(\d{{1,6}}){_GAP}[/–—-]{_GAP}({_KINDS})(?:{_MARK}([a-z]{{2,10}}(?:{_MARK}[a-z]{{2,10}}){{0,2}})|{_GAP}({_AGENCIES}))(?!\w)"
)
# A time behind a kind is no number: "thông báo 5/6/2024", "kế hoạch 2021-2025", "kế hoạch 6 tháng đầu năm".
_TIME = (
    rf"(?:\d{{1,2}}/\d{{1,2}}(?!\d)|{_YEAR}{_GAP}[–—-]{_GAP}{_YEAR}(?!\d)|(?<=ke hoach )(?:{_YEAR}(?![\d/])"
    rf"|\d{{1,3}} (?:thang|tuan|quy|ngay(?! \d)|nam(?! {_YEAR}(?![–—-]\d)))(?!\w)))"
)
# Thông tư số 12/2024, Nghị định 13 năm 2023: the kind in words.
_WORDED = re.compile(
    rf"(?<!\w)({'|'.join(_KIND_WORDS)}){_GAP}(?:so{_GAP}:?{_GAP}|:?{_GAP}(?!{_TIME}))(\d{{1,5}})(?:(?:{_MARK}|{_GAP}nam{_GAP})({_YEAR}))?(?!\d)"
)
_BODIES = r"(?:iso|iec|cispr|astm|itu|etsi|en|guide|ts|tr)"
_STANDARD = re.compile(
    rf"(?<!\w)((?:qcvn|tcvn|tcxdvn|tcqs|iso|iec|astm|itu|etsi)(?:{_GAP}[/ -]{_GAP}{_BODIES}){{0,3}})"
    rf"{_GAP}[:-]?{_GAP}(?!{_YEAR}(?![\w:.-]))(\d{{1,6}}(?:[.-]\d{{1,4}}){{0,4}})"
    rf"(?:{_GAP}:{_GAP}({_YEAR})(?:{_GAP}/{_GAP}([a-z]{{2,8}}))?)?(?!\w)"
)
_ORGANISATIONS = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """One number as it stands in a text: its key, the shorter keys it also answers to, and where it stands."""

    key: str
    also: tuple[str, ...]
    span: tuple[int, int]


def find_numbers(text: str) -> list[DocumentNumber]:
    """Return the document numbers of `text` in order, each place once."""
    folded = fold(nfc(text))
    found: list[DocumentNumber] = []
    for match in _DATED.finditer(folded):
        number, year, kind, agency, bare_agency = match.groups()
        parts = [str(int(number)), year, kind, *_parts(agency or bare_agency)]
        found.append(DocumentNumber("/".join(parts), _shorter(parts), match.span()))
    for match in _PLAIN.finditer(folded):
        if _overlaps(match, found):
            continue  # the "2024/TT-BKHCN" of 12 / 2024 / TT-BKHCN
        number, kind, agency, bare_agency = match.groups()
        parts = [str(int(number)), kind, *_parts(agency or bare_agency)]
        found.append(DocumentNumber("/".join(parts), (f"{parts[0]}/{kind}",), match.span()))
    for match in _STANDARD.finditer(folded):
        organisations, number, year, agency = match.groups()
        keys = []
        for organisation in dict.fromkeys(_ORGANISATIONS.findall(organisations)):
            parts = [organisation, number.replace(".", "-"), *(part for part in (year, agency) if part)]
            keys += ["/".join(parts[:end]) for end in range(len(parts), 1, -1)]
        found.append(DocumentNumber(keys[0], tuple(keys[1:]), match.span()))
    whole = list(found)
    for match in _WORDED.finditer(folded):
        if _overlaps(match, whole):
            continue  # "Thông tư 12/2024/TT-BKHCN" was found whole
        words, number, year = match.groups()
        parts = [str(int(number)), *([year] if year else []), _KIND_WORDS[words]]
        found.append(DocumentNumber("/".join(parts), (f"{parts[0]}/{parts[-1]}",) if year else (), match.span()))
    return sorted(found, key=lambda number: number.span)


def number_keys(text: str) -> list[str]:
    """Return every key by which a document with this text may be asked for, each once."""
    return list(dict.fromkeys(key for number in find_numbers(text) for key in (number.key, *number.also)))


def _overlaps(match: re.Match[str], numbers: list[DocumentNumber]) -> bool:
    return any(start < match.end() and match.start() < end for start, end in (number.span for number in numbers))


def _parts(agency: str | None) -> list[str]:
    return re.findall(r"[a-z]+", agency) if agency else []


def _shorter(parts: list[str]) -> tuple[str, ...]:
    """Of 12/2024/tt/bkhcn: 12/2024/tt and 12/tt."""
    number, _, kind = parts[:3]
    keys = ["/".join(parts[:end]) for end in range(len(parts) - 1, 2, -1)]
    return (*keys, f"{number}/{kind}")
