"""Names, times and document numbers in a question, with where they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from docs_store.document_numbers import DocumentNumber, find_numbers
from docs_store.vietnamese import fold

from .wording import BREAKS, FUNCTION, QUESTION, Phrases, Text, Word, listed

Kind = Literal["number", "place", "person", "body", "thing"]


PLACES = Phrases("""
    Hà Nội | Hồ Chí Minh | HCM | TPHCM | TP HCM | Sài Gòn | Đà Nẵng | Hải Phòng | Cần Thơ | Huế | Thừa Thiên Huế |
    An Giang | Bà Rịa - Vũng Tàu | Vũng Tàu | Bắc Giang | Bắc Kạn | Bạc Liêu | Bắc Ninh | Bến Tre | Bình Định |
    Bình Dương | Bình Phước | Bình Thuận | Cà Mau | Cao Bằng | Đắk Lắk | Đắk Nông | Điện Biên | Đồng Nai | Đồng Tháp |
    Gia Lai | Hà Giang | Hà Nam | Hà Tĩnh | Hải Dương | Hậu Giang | Hòa Bình | Hưng Yên | Khánh Hòa | Kiên Giang |
    Kon Tum | Lai Châu | Lâm Đồng | Lạng Sơn | Lào Cai | Long An | Nam Định | Nghệ An | Ninh Bình | Ninh Thuận | Phú Thọ
    | Phú Yên | Quảng Bình | Quảng Nam | Quảng Ngãi | Quảng Ninh | Quảng Trị | Sóc Trăng | Sơn La | Tây Ninh | Thái Bình
    | Thái Nguyên | Thanh Hóa | Tiền Giang | Trà Vinh | Tuyên Quang | Vĩnh Long | Vĩnh Phúc | Yên Bái | Hòa Lạc |
    Biên Hòa | Đà Lạt | Nha Trang | Quy Nhơn | Nhật Bản | Trung Quốc | Hàn Quốc | Hoa Kỳ | Thái Lan | Singapore | Ấn Độ
""")


PLACE_HEADS = Phrases(["tỉnh", "thành phố", "tp", "quận", "huyện", "xã", "phường", "thị xã", "đặc khu", "đảo"])


AT = Phrases(["ở", "tại", "thuộc"])


_BODIES = Phrases("""
    bộ | cục | vụ | viện | sở | ủy ban | uỷ ban | ubnd | tổng cục | chi cục | trường | đại học | tập đoàn | công ty |
    ngân hàng | ban | hội | hội đồng | trung tâm | quỹ | học viện | bệnh viện | quốc hội | chính phủ | liên hiệp |
    thanh tra | sàn
""")


HONORIFICS = Phrases("""
    ông | bà | anh | chị | cô | thứ trưởng | bộ trưởng | cục trưởng | giám đốc | phó giám đốc | chủ tịch | phó chủ tịch
    | thủ tướng | tổng thư ký | viện trưởng | vụ trưởng | trưởng ban | chánh thanh tra | chánh thanh tra sở |
    tổng giám đốc | phó thủ tướng | gs | pgs | ts | ths | tskh | ks
""")


_TITLES = frozenset({"gs", "pgs", "ts", "ths", "tskh", "ks"})


_SURNAMES = frozenset(
    listed("""
    nguyen | tran | le | pham | hoang | huynh | phan | vu | vo | dang | bui | do | ho | ngo | duong | ly | dinh | ta |
    trinh | lam | mai | dao | doan | vuong | luong | to | cao | chu | ha | luu | la | quach | thai | ton | trieu | kieu
    | nghiem | giap | thach | lo | khuc | lieu | vien | mac | dam | man | ngac | bach | pho | chau | khong | giang | ong
""")
)


GENDERS = {"ông": "m", "anh": "m", "bà": "f", "chị": "f", "cô": "f"}


_NO_PERSONS = Phrases(
    ["giải thưởng", "giải", "đường", "phố", "trường", "đại học", "học viện", "quỹ", "thành phố", "tp", "bệnh viện"]
)


_NO_NAMES = frozenset(
    {"ai", "viet nam", "bo", "nam", "thang", "ngay", "quy", "nhat", "nhi", "ba", "tu", "giai", "hang", "ty", "usd"}
)


YEAR = r"(?:19|20)\d\d"


BARE_YEAR = re.compile(rf"(?<![\w/.,:-])({YEAR})(?![\w/:-]|[.,]\d)")


TIMES = re.compile(
    rf"(?<!\w)(?:\d+ thang (?:dau|cuoi)(?: nam)?(?: {YEAR})?"
    rf"|(?:ngay )?\d{{1,2}}/\d{{1,2}}(?:/{YEAR})?|ngay \d{{1,2}}(?: thang \d{{1,2}})?(?: nam {YEAR})?"
    rf"|thang \d{{1,2}}(?:(?:[/-]| ?nam | ){YEAR})?|quy (?:[1-4]|iv|i{{1,3}})(?:(?:[/-]| ?nam | ){YEAR})?"
    rf"|giai doan {YEAR} ?[-–] ?{YEAR}|(?:dau|cuoi|giua) nam(?: {YEAR})?|nam {YEAR}|{YEAR}"
    r"|hom (?:nay|qua|kia)|(?:tuan|thang|quy|nam) (?:nay|truoc(?: do)?|ngoai|qua|sau(?: do)?|toi))(?![\w/]|[.,]\d)"
)


DATED = re.compile(
    rf"(?<!\w)(?:ngay )?\d{{1,2}}/\d{{1,2}}(?:/{YEAR})?|(?<!\w)ngay \d{{1,2}}(?: thang \d{{1,2}})(?: nam {YEAR})?"
)


RANKS = re.compile(
    r"(?<!\w)(giai|hang|dot|vong|ky|lan|thu|khoa) (?:thu )?(?:nhat|nhi|ba|tu|khuyen khich|dac biet|hai|\d{1,3})(?!\w)"
)


def numbers_in(text: str) -> list[DocumentNumber]:
    """Return the document numbers of `text`; "IEC 2023" is a body and a year."""
    return [number for number in find_numbers(text) if not _BODY_AND_YEAR.fullmatch(fold(text[slice(*number.span)]))]


_BODY_AND_YEAR = re.compile(rf"[a-z]+ {YEAR}")


def folded_in_place(text: str) -> str:
    """Return `text` folded, letter for letter, so that places in it are places in `text`."""
    return "".join(key if len(key := fold(char)) == 1 else " " for char in text)


class Name(NamedTuple):
    """A name in a text: its kind, and its words, first to last."""

    kind: Kind
    first: int
    last: int


def names_in(text: Text) -> list[Name]:
    """Return the names of a text in order: places known or led by "ở", people, bodies, other things in capitals or foreign."""
    words = text.words
    numbers = [number.span for number in numbers_in(text.line)]
    cased = any(word.text[0].isupper() for word in words[1:])
    found: list[Name] = []
    place = 0
    while place < len(words):
        word = words[place]
        if any(start <= word.start < end for start, end in numbers):
            place += 1
            continue
        name = _name_at(words, place, cased)
        if name and name.last > place:
            found.append(name)
            place = name.last
        else:
            place += 1
    return found


def _name_at(words: tuple[Word, ...], place: int, cased: bool) -> Name | None:
    word = words[place]
    if size := PLACES.at(words, place):
        typed = words[place : place + size]
        if all(one.capital or one.parted for one in typed) or all(one.text == one.key for one in typed):
            return Name("place", place, place + size)
    if HONORIFICS.at(words, place) and (person := _person_at(words, place, cased)):
        return person
    if word.capital and word.key in _SURNAMES and word.text[0].isalpha():
        last = _run(words, place)
        if 2 <= last - place <= 4 and not _NO_PERSONS.ends(words, place) and not any(one.foreign for one in words[place:last]):
            return Name("person", place, last)
    if (size := PLACE_HEADS.at(words, place)) and place + size < len(words) and words[place + size].text[0].isupper():
        first = place + size
        if not words[first].parted and not words[first].foreign:
            known = PLACES.at(words, first)
            return Name("place", first, first + known if known else _run(words, first))
    if size := _BODIES.at(words, place):
        after = place + size
        led = after < len(words) and not words[after].parted and (words[after].capital or words[after].foreign)
        if led or (word.text[0].isupper() and after < len(words) and place > 0 and not words[after].parted):
            last = _body_end(words, after)
            if last > after:
                return Name("body", place, last)
    starts = word.text[0].isupper() and (place > 0 or (len(words) > 1 and words[1].text[0].isupper() and not words[1].parted))
    if (starts or word.foreign) and word.key not in _NO_NAMES and not QUESTION.at(words, place):
        last = _run(words, place)
        while last > place + 1 and (BARE_YEAR.fullmatch(words[last - 1].text) or words[last - 1].key.isdigit()):
            last -= 1
        if " ".join(one.key for one in words[place:last]) in _NO_NAMES:
            return None
        if PLACE_HEADS.ends(words, place) or (AT.ends(words, place) and not word.foreign):
            return Name("place", place, last)
        return Name("body" if last == place + 1 and word.text.isupper() else "thing", place, last)
    return None


def _run(words: Sequence[Word], place: int) -> int:
    """Return where the run of capitals that starts at `place` ends."""
    last = place + 1
    while last < len(words) and words[last].capital and not words[last].parted and words[last].key not in _HONORIFIC_KEYS:
        last += 1
    return last


_HONORIFIC_KEYS = frozenset({"ong", "gs", "pgs", "ts", "ths"})


def _person_at(words: tuple[Word, ...], place: int, cased: bool) -> Name | None:
    """Return the person whose form of address stands at `place`; the name alone, without it."""
    first = place
    while first < len(words) and (size := HONORIFICS.at(words, first)):
        first += size
    if first == place or first >= len(words):
        return None
    if words[first - 1].key not in _TITLES and words[first].parted:
        return None
    if words[first].capital:
        if body := _BODIES.at(words, first):  # "Thứ trưởng Bộ KH&CN Lê Xuân Định"
            first += body
            if first == len(words):  # "Thứ trưởng Bộ": nobody is named
                return None
        while first < len(words) - 1 and words[first].text.isupper() and words[first].foreign and words[first + 1].capital:
            first += 1
        last = _run(words, first)
        while last > first and (words[last - 1].text.isdigit() or words[last - 1].text.isupper()):
            last -= 1
        honorific = words[place].key in ("ong", "ba", "anh", "chi", "co") or words[first - 1].key in _TITLES
        if (last - first >= 2 or (honorific and last > first)) and last - first <= 5 and not PLACES.at(words, first):
            return Name("person", first, last)
        return None
    if not cased and words[first].key in _SURNAMES and words[first].marked == words[first].key:
        last = first + 1
        while last < min(len(words), first + 4) and not words[last].parted and not stops(words, last):
            last += 1
        if last - first >= 2:
            return Name("person", first, last)
    return None


def stops(words: Sequence[Word], place: int) -> bool:
    return any(phrases.at(words, place) for phrases in (QUESTION, BREAKS, FUNCTION))


def _body_end(words: Sequence[Word], place: int) -> int:
    """Return where a body's name ends: before a verb, a question word, a mark. "và" joins two capitals."""
    last = place
    while last < len(words) and not words[last].parted:
        if words[last].is_("và") and last + 1 < len(words) and words[last + 1].capital:
            last += 1
            continue
        if stops(words, last) or PLACES.at(words, last):
            break
        if (
            words[last].key in _SURNAMES
            and last > place
            and words[place - 1].key in _LED_BODIES
            and _run(words, last) - last >= 3
        ):
            break  # "Bộ Khoa học và Công nghệ Nguyễn Văn A": there the person begins
        last += 1
    return last


_LED_BODIES = frozenset({"bo", "cuc", "so", "vu", "ban"})


def people_in(text: Text) -> list[Name]:
    return [name for name in names_in(text) if name.kind == "person"]


_NUMBER_KINDS = (
    r"(?:thong tu lien tich|thong tu|nghi dinh|quyet dinh|nghi quyet|luat|chi thi|quy chuan|tieu chuan|cong van|ke hoach)"
)


def number_start(line: str, start: int) -> int:
    """Return where the kind before a document number starts: "Luật Dữ liệu số 60/2024/QH15"."""
    kinds = list(re.finditer(rf"(?<!\w){_NUMBER_KINDS} (?=(?:[^?,.;]{{0,60}} )?$)", folded_in_place(line[:start])))
    return kinds[-1].start() if kinds else start


def uncapitalised(text: str) -> str:
    first = text.split(" ", 1)[0] if text else ""
    return text if len(first) > 1 and first.isupper() else text[:1].lower() + text[1:]
