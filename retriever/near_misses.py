"""Near misses: questions in which one name, place, organisation, day, year or number is exchanged: the news does not answer.

"Động đất ở Thường Xuân mạnh mấy độ?" becomes "Động đất ở Mường Lát mạnh mấy độ?". What takes the place is of the same kind and
shape: from a table of provinces and countries, from the other questions and their documents, or the next number. It stands
nowhere in the documents that answer the question, and in no other document together with what else the question says.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from docs_store.vietnamese import CAPITALS, fold, syllables

from .evaluate import QuestionSet
from .follow_up.naming import folded_in_place, names_in, uncapitalised
from .follow_up.wording import Phrases, Text, listed, read
from .typed import fold_case

Kind = Literal["place", "person", "organisation", "name", "day", "year", "number"]

_ELSEWHERE = 0.8  # of what the right document has of a question: another that has so much of it might answer
_CANDIDATES = 40  # looked at for each part of a question
_ALIKE = 0.75  # share of a name's leads that must agree on what it is


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A question that its documents do not answer, and what was exchanged: its kind, as it was, as it is now."""

    query_id: str
    question: str
    kind: Kind
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a question that can be exchanged for another of the same kind and group."""

    kind: Kind
    group: str
    text: str
    start: int
    plain: bool = False  # typed without marks


def near_misses(questions: QuestionSet, texts: Mapping[str, str], count: int, *, seed: str = "near misses") -> list[NearMiss]:
    """Return up to `count` near misses of the questions, always the same for the same seed.

    texts: document name -> headline and text; the documents that answer, and whatever else is searched. Each question
    gives one before any gives a second, and the kinds are kept in balance.
    """
    chance = random.Random(f"{seed} {questions.name}")
    news = _News(texts)
    known = _Known.of(questions, texts)
    query_ids = sorted(questions.queries)
    chance.shuffle(query_ids)
    used: Counter[Kind] = Counter()
    found: list[NearMiss] = []
    waiting = {query_id: known.parts(questions.queries[query_id]) for query_id in query_ids}
    while len(found) < count and any(waiting.values()):
        for query_id in query_ids:
            parts = waiting[query_id]
            while parts and len(found) < count:
                part = min(parts, key=lambda one: used[one.kind])
                parts.remove(part)
                right = [name for name in questions.qrels[query_id] if name in texts]
                if miss := _exchanged(query_id, questions.queries[query_id], part, known, news, right, chance):
                    used[part.kind] += 1
                    found.append(miss)
                    break
    return found


def headline_question(headline: str) -> str:
    """Return the question that a person would ask about what a headline tells, "" for a headline that tells no event.

    "Cháy kho hàng ở Hà Nội" -> "Vụ cháy kho hàng ở Hà Nội xảy ra khi nào?"
    """
    line = " ".join(headline.split())
    if place := _PLACE_AND_EVENT.fullmatch(line):
        line = f"{place['event']} ở {place['place']}"
    if _NO_EVENT.search(line) or not 6 <= len(line.split()) <= 18:
        return ""
    words = read(line).words
    told = uncapitalised(line)
    if _HAPPENS.at(words, 0):
        return f"Vụ {told} xảy ra khi nào?"
    return f"Chuyện {told} giờ ra sao?" if _IS_DONE.at(words, 0) else ""


_PLACE_AND_EVENT = re.compile(r"(?P<place>[^\W\d_]+(?:[ -]+[^\W\d_]+){0,4}): (?P<event>.+)")
_NO_EVENT = re.compile(r"[\"“”‘’'?!:;…]|\.\.\.")
_HAPPENS = Phrases("""
    cháy | nổ | sập | lật | chìm | tai nạn | động đất | sạt lở | cướp | trộm | đâm | chém | lở | lũ | xe | tàu | ô tô |
    ôtô | máy bay | sóng | sét | tông | án mạng | hỏa hoạn | xả súng | vỡ | ngộ độc | container
""")
_IS_DONE = Phrases("""
    bắt | khởi tố | tạm giữ | điều tra | xét xử | truy tìm | truy tố | phát hiện | cứu | xử phạt | kỷ luật | cưỡng chế |
    tháo dỡ | đề xuất | đề nghị | thanh tra | thu hồi | đình chỉ | hoãn | di dời | xây dựng | khánh thành | khởi công |
    triệt phá | tuyên phạt | bổ nhiệm | thông xe | cấm | phạt | công bố | cách chức
""")


# --- what can be exchanged ----------------------------------------------------------------------------------------------------

_PLACES = {
    "province": listed("""
        Hà Nội | Đà Nẵng | Hải Phòng | Cần Thơ | An Giang | Bắc Giang | Bắc Kạn | Bạc Liêu | Bắc Ninh | Bến Tre |
        Bình Định | Bình Dương | Bình Phước | Bình Thuận | Cà Mau | Cao Bằng | Đắk Lắk | Đắk Nông | Điện Biên | Đồng Nai |
        Đồng Tháp | Gia Lai | Hà Giang | Hà Nam | Hà Tĩnh | Hải Dương | Hậu Giang | Hòa Bình | Hưng Yên | Khánh Hòa |
        Kiên Giang | Kon Tum | Lai Châu | Lâm Đồng | Lạng Sơn | Lào Cai | Long An | Nam Định | Nghệ An | Ninh Bình |
        Ninh Thuận | Phú Thọ | Phú Yên | Quảng Bình | Quảng Nam | Quảng Ngãi | Quảng Ninh | Quảng Trị | Sóc Trăng | Sơn La |
        Tây Ninh | Thái Bình | Thái Nguyên | Thanh Hóa | Tiền Giang | Trà Vinh | Tuyên Quang | Vĩnh Long | Vĩnh Phúc |
        Yên Bái | Sài Gòn
    """),
    "town": listed("""
        Biên Hòa | Đà Lạt | Nha Trang | Quy Nhơn | Vũng Tàu | Rạch Giá | Mỹ Tho | Pleiku | Hạ Long | Sa Pa | Phú Quốc |
        Hội An | Tam Kỳ | Tuy Hòa | Phan Thiết | Long Xuyên | Việt Trì | Cẩm Phả | Móng Cái | Châu Đốc | Bảo Lộc |
        Cam Ranh | Sầm Sơn
    """),
    "country": listed("""
        Việt Nam | Trung Quốc | Nhật Bản | Hàn Quốc | Triều Tiên | Đài Loan | Mông Cổ | Thái Lan | Lào | Campuchia |
        Malaysia | Singapore | Indonesia | Philippines | Myanmar | Ấn Độ | Pakistan | Bangladesh | Sri Lanka | Iran | Iraq |
        Israel | Syria | Ai Cập | Thổ Nhĩ Kỳ | Kenya | Nigeria | Ethiopia | Nam Phi | Maroc | Nga | Ukraine | Ba Lan |
        Hungary | Romania | Bulgaria | Hy Lạp | Anh | Pháp | Đức | Ý | Áo | Bỉ | Hà Lan | Thụy Sĩ | Thụy Điển | Na Uy |
        Phần Lan | Đan Mạch | Tây Ban Nha | Bồ Đào Nha | Ireland | Scotland | Mỹ | Hoa Kỳ | Canada | Mexico | Cuba |
        Brazil | Argentina | Chile | Peru | Venezuela | Colombia | Costa Rica | Ecuador | Bolivia | Panama | Jamaica |
        Haiti | Úc | Australia | New Zealand | Fiji | Kazakhstan | Uzbekistan | Afghanistan | Nepal | Kuwait | Qatar |
        Jordan | Yemen | Ả Rập Xê Út | Algeria | Libya | Sudan | Ghana | Togo | Tanzania | Uganda | Zimbabwe | Angola |
        Serbia | Croatia | Estonia | Latvia | Iceland | Armenia | Liên Xô
    """),
    "language": listed("""
        Anh | Pháp | Đức | Nga | Ý | Nhật | Trung | Thái | Lào | Khmer | Tây Ban Nha | Bồ Đào Nha | Hà Lan | Ba Lan |
        Hy Lạp | Hungary | Thụy Điển | Na Uy | Phần Lan | Mông Cổ | Ả Rập
    """),
    "state": listed("""
        California | Texas | Florida | Virginia | Georgia | Arizona | Michigan | Ohio | Illinois | Louisiana | Colorado |
        Oregon | Nebraska | Kansas | Tennessee | Kentucky | Alabama | Minnesota
    """),
    "city": listed("""
        Paris | London | Berlin | Rome | Madrid | Vienna | Warsaw | Moscow | Tokyo | Seoul | Bangkok | Jakarta | Manila |
        Sydney | Melbourne | Toronto | Chicago | Boston | Denver | Dallas | Houston | Miami | Atlanta | Seattle | Detroit |
        Baltimore | New York | Los Angeles | San Francisco | San Diego | Las Vegas | Hong Kong | Bắc Kinh | Thượng Hải
    """),
}  # fmt: skip
# Two names of one place: neither can stand for the other, nor where the other is named.
_ALSO = {
    "Mỹ": "Hoa Kỳ", "Hoa Kỳ": "Mỹ", "Úc": "Australia", "Australia": "Úc", "Sài Gòn": "HCM", "Nhật Bản": "Nhật",
    "Liên Xô": "Xô viết",
}  # fmt: skip
_GROUP_OF = {place: group for group, places in _PLACES.items() if group != "language" for place in places}
_GROUP_OF_FOLDED = {fold(place): group for place, group in _GROUP_OF.items() if " " in place and place != "Hòa Bình"}


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})(?!\w)")


_PLACE, _PLACE_FOLDED = _any_of(_GROUP_OF), _any_of(_GROUP_OF_FOLDED)
_PEOPLE_BEFORE = frozenset(listed("ông | bà | anh | chị | cô | em | cháu | bé | tên | họ | châu | miss | sao"))

_NO_NAMES = frozenset(
    {"La Mã", "Do Thái", "Hoàng Thái Hậu", "Hoàng Hậu", "Thiên Chúa", "Công Nguyên", "Hồi Giáo", "Vietnam", "Tây"}
)
_MINISTRIES = listed("""
    Bộ Công an | Bộ Quốc phòng | Bộ Ngoại giao | Bộ Tài chính | Bộ Y tế | Bộ Xây dựng | Bộ Tư pháp | Bộ Nội vụ |
    Bộ Công thương | Bộ Giáo dục | Bộ Nông nghiệp
""")

# What stands before a name tells what it is; the names after the same word can stand for each other.
_LEADS: dict[Kind, list[str]] = {
    "place": listed("""
        ở | tại | thành phố | tỉnh | huyện | xã | quận | phường | thị xã | thị trấn | làng | thôn | bản | ấp | bang | hạt |
        vùng | đảo | quần đảo | sông | hồ | vịnh | núi | đèo | cầu | đường | phố | kênh | biển | chợ | chùa | đền | cảng |
        sân bay | ga | khu phố | đại lộ | công viên | pháo đài | lâu đài
    """),
    "person": listed("""
        ông | bà | anh | chị | cô | chú | bác | vua | hoàng đế | nữ hoàng | hoàng tử | công chúa | tổng thống | thủ tướng |
        tướng | giáo sư | tiến sĩ | bác sĩ | cầu thủ | tiền vệ | hậu vệ | đạo diễn | diễn viên | ca sĩ | nhạc sĩ | nhà văn |
        nhà thơ | nhà khoa học | nhà vật lý | nhà sử học | kiến trúc sư | huấn luyện viên | giáo hoàng | thượng nghị sĩ |
        nghệ sĩ | hoa hậu | á hậu | người mẫu | luật sư | bị can | bị cáo | đối tượng | tài xế
    """),
    "organisation": listed("""
        công ty | tập đoàn | ngân hàng | đại học | trường đại học | học viện | bệnh viện | đội | đội bóng | câu lạc bộ |
        đảng | hãng | tổ chức | hội | đài | báo | tạp chí | nhà hàng | khách sạn | quán | giáo hội
    """),
    "name": listed("""
        người | phim | bộ phim | bài hát | ca khúc | album | đĩa đơn | cuốn sách | chương trình | giải | giải thưởng | tàu |
        bão | chiến dịch | trận | đạo luật | tập | loạt phim | gameshow | dự án | vụ
    """),
}  # fmt: skip
_TITLES = frozenset(
    listed("vua | hoàng đế | nữ hoàng | hoàng tử | công chúa | giáo hoàng | tổng thống | thủ tướng | tướng | thánh")
)
_WOMEN = frozenset(listed("bà | chị | cô | hoa hậu | á hậu"))
_KIND_OF = {lead: kind for kind, leads in _LEADS.items() for lead in leads}
_ANYWHERE = frozenset({"ở", "tại", "thành phố"})  # any place: no group of its own
_LEAST = {"place": 3}  # mentions that tell what a name is: much may stand after "ở" or "tại"
# Groups in which one mention is proof enough of what a name is.
_PROVED = frozenset(_LEADS["organisation"] + _LEADS["place"]) - set(
    listed("ở | tại | đội | hội | hãng | báo | đài | đảng | quán")
)
_DOES = Phrases("sinh | qua đời | kết hôn | lập luận | tin rằng | chết | viết | cảm thấy | bị bệnh | kể | khai | bị bắt")

_DAY = re.compile(
    r"(?<![\w.,/-])(?:(?:ngay|mung|hom) )?(?P<day>\d{1,2})(?P<between> thang |[/-])(?P<month>\d{1,2})(?![\w%]|[.,]\d)"
    r"|(?<!\w)thang (?P<only>\d{1,2})(?![\w%]|[.,]\d)"
)
_YEAR = re.compile(r"(?<![\w.,:])(?<!\d[/-])(?:(?<=nam )\d{3,4}|19\d\d|20[0-3]\d)(?![\w:%-]|[.,]\d)")
_NUMBER = re.compile(r"(?<![\w.,/:-])\d+(?:\.\d{3})*(?:,\d+)?(?![\w/:%-]|[.,]\d)")
_FIXED = re.compile(r"(?:the gioi thu|the chien|the ky|dieu|so nha) $")  # a number after it is no other for long
_DECADE = re.compile(r"(?:nhung nam|thap nien|thap ky) $")
_FURTHEST = 12  # years, or decades


@dataclass(frozen=True, slots=True)
class _Known:
    """The names in questions and documents: what each is, and which can stand for which."""

    what: Mapping[str, tuple[Kind, str]]  # name -> kind, group
    alike: Mapping[tuple[Kind, str, int, bool], Sequence[str]]  # kind, group, syllables, foreign -> names

    @classmethod
    def of(cls, questions: QuestionSet, texts: Mapping[str, str]) -> _Known:
        """Return what the questions and the documents that answer them name."""
        votes: dict[str, Counter[tuple[Kind, str]]] = defaultdict(Counter)
        answering = sorted({name for grades in questions.qrels.values() for name in grades if name in texts})
        for text in [*(texts[name] for name in answering), *questions.queries.values()]:
            for line in _lines(text):
                for name, kind, group in _named(read(line)):
                    votes[name][kind, group] += 1
        what: dict[str, tuple[Kind, str]] = {}
        alike: dict[tuple[Kind, str, int, bool], list[str]] = defaultdict(list)
        for name, counted in sorted(votes.items()):
            told = Counter({(kind, group): times for (kind, group), times in counted.items() if group})
            if not told or name in _GROUP_OF or name in _NO_NAMES:
                continue
            (kind, group), _ = told.most_common(1)[0]
            groups = {group: times for (one, group), times in told.items() if one == kind}
            agree = sum(groups.values())
            if agree >= _ALIKE * told.total() and agree >= _LEAST.get(group, 1):
                what[name] = kind, group
                shape = len(name.split()), _is_foreign(name)
                for group in groups:
                    if agree > 1 or group in _PROVED:
                        alike[kind, group, *shape].append(name)
        for name in _MINISTRIES:
            alike["organisation", "bộ", len(name.split()), False].append(name)
        return cls(what, alike)

    def parts(self, question: str) -> list[_Part]:
        """Return what can be exchanged in a question, in order."""
        folded = folded_in_place(question)
        parts = [*_days(question, folded)]
        years = [match for match in _YEAR.finditer(folded) if not _within(match.start(), parts)]
        if len(years) == 1:  # of two, one might come to stand after the other
            decade = years[0].group().endswith("0") and _DECADE.search(folded[: years[0].start()])
            parts.append(_Part("year", "decade" if decade else "", years[0].group(), years[0].start()))
        taken = [*parts, *(_Part("year", "", match.group(), match.start()) for match in years)]
        parts += [
            _Part("number", "", match.group(), match.start())
            for match in _NUMBER.finditer(folded)
            if not _within(match.start(), taken) and match.group() not in "01" and not _FIXED.search(folded[: match.start()])
        ]
        parts += _places(question)
        parts += self._mentions(question)
        return sorted(parts, key=lambda part: part.start)

    def _mentions(self, question: str) -> list[_Part]:
        """Return the known names in a question, none that is only a part of a longer one."""
        found: list[_Part] = []
        for name in sorted(self.what, key=len, reverse=True):
            if name not in question:
                continue
            for match in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])(?!['’.]?[ ]?[{CAPITALS}\d])", question):
                kind, group = self.what[name]
                lead = _lead(question[: match.start()])
                before = question[: match.start()].split()
                longer = bool(before) and not lead and before[-1][0].isupper() and (len(before) > 1 or _is_foreign(before[-1]))
                alone = " " not in name and not _is_foreign(name) and _KIND_OF.get(lead) != "person"
                if not (longer or alone or _within(match.start(), found)):
                    own = _person_group(lead, name) if kind == "person" and lead else group
                    found.append(_Part(kind, own, name, match.start()))
        return found

    def instead(self, part: _Part, chance: random.Random) -> list[str]:
        """Return what could stand for a part, in an order by chance; nearer numbers first."""
        if part.kind == "day":
            return _other_days(part, chance)
        if part.kind == "year":
            size = 10 if part.group == "decade" else 1
            steps = [size * step for step in range(-_FURTHEST, _FURTHEST + 1) if step]
            chance.shuffle(steps)
            return [str(int(part.text) + step) for step in sorted(steps[:8], key=abs)]
        if part.kind == "number":
            return _other_numbers(part.text, chance)
        if part.group in _PLACES:
            names = [_as_typed(name, part) for name in _PLACES[part.group] if not part.plain or " " in name]
            size = len(part.text.split())
            chance.shuffle(names)
            return sorted(names, key=lambda name: abs(len(name.split()) - size))
        names = [*self.alike[part.kind, part.group, len(part.text.split()), _is_foreign(part.text)]]
        chance.shuffle(names)
        return names


def _named(text: Text) -> Iterator[tuple[str, Kind, str]]:
    """Yield the names of a line with the kind and group that its neighbours give it; group "" where they give none."""
    words = text.words
    for name in names_in(text):
        start = words[name.first].start
        form = text.part(name.first, name.last)
        if name.kind == "body":
            head = _lead_at(form)
            called = _CALLED.match(form.removeprefix(head).strip())
            if called and _is_proper(called.group(), "body") and _KIND_OF.get(head.lower()) == "organisation":
                yield f"{head} {called.group()}", "organisation", head.lower()
            continue
        lead = _lead(text.line[:start])
        own = _lead_at(form)
        # In "Vua Rama" the lead is no part of the name; in "Hồ Văn Mạnh" it is no lake.
        if own and (name.kind != "person" or _KIND_OF[own.lower()] == "person"):
            lead, form = own.lower(), form[len(own) :].strip()
        if not form or not _is_proper(form, name.kind):
            continue
        does = name.last < len(words) and bool(_DOES.at(words, name.last)) and _is_foreign(form)
        vietnamese = name.kind == "person" and len(form.split()) > 2
        if does or vietnamese or _KIND_OF.get(lead) == "person":
            yield form, "person", _person_group(lead, form)
        elif lead:
            yield form, _KIND_OF[lead], "place" if lead in _ANYWHERE else lead


_CALLED = re.compile(rf"[{CAPITALS}][\w'’-]*(?: [{CAPITALS}][\w'’-]*)*")


def _person_group(lead: str, name: str) -> str:
    return lead if lead in _TITLES else "woman" if lead in _WOMEN or " Thị " in name else "person"


def _lead(before: str) -> str:
    """Return the word before a name that tells what it is, "" if none does; with a capital only where it opens the line."""
    words = before.split()
    for size in range(min(3, len(words)), 0, -1):
        lead = " ".join(words[-size:])
        if (lead if len(words) > size else lead[:1].lower() + lead[1:]) in _KIND_OF and before.endswith(" "):
            return lead[:1].lower() + lead[1:]
    return ""


def _lead_at(name: str) -> str:
    """Return the word that a name opens with which tells what it is: "Vua" of "Vua Rama", "công ty" of "công ty Minh Thắng"."""
    words = name.split()
    openings = [" ".join(words[:size]) for size in range(min(3, len(words) - 1), 0, -1)]
    return next((opening for opening in openings if opening[:1].lower() + opening[1:] in _KIND_OF), "")


def _is_proper(form: str, kind: str) -> bool:
    """Tell whether a form is a whole name: all in capitals, no figure, no lone Vietnamese syllable unless a person's."""
    parts = [part for part in re.split("[ .'’-]+", form) if part]
    whole = len(form) > 2 and 0 < len(parts) <= 5 and all(part[0].isupper() and part.isalpha() for part in parts)
    return whole and (len(parts) > 1 or kind == "person" or _is_foreign(form))


def _lines(text: str) -> Iterator[str]:
    """Yield the sentences of a text, roughly: a name never goes on after a stop."""
    return (line for line in re.split(r"(?<=[.!?…]) |\n", text) if line.strip())


@lru_cache(maxsize=65536)
def _is_foreign(name: str) -> bool:
    return any(word.foreign for word in read(name).words)


def _within(start: int, parts: Iterable[_Part]) -> bool:
    return any(part.start <= start < part.start + len(part.text) for part in parts)


def _places(question: str) -> Iterator[_Part]:
    """Yield the provinces, towns and countries of a question, also typed without marks or in capitals."""
    typed_plain = question.isascii()
    line, pattern = (fold(question), _PLACE_FOLDED) if typed_plain else (question, _PLACE)
    for match in pattern.finditer(line):
        before, after = line[: match.start()].split(), line[match.end() :]
        lead = before[-1] if before and line[match.start() - 1] == " " else ""
        inside_a_name = lead[:1].isupper() and not lead.isupper() and len(before) > 1
        goes_on = bool(re.match(r"[ -]\w", after)) and after[1].isupper() and not after[1:].split()[0].isupper()
        if typed_plain or not (inside_a_name or goes_on or fold(lead) in map(fold, _PEOPLE_BEFORE) or _opens(match)):
            group = (_GROUP_OF_FOLDED if typed_plain else _GROUP_OF)[match.group()]
            group = "language" if lead.lower() in ("tiếng", "tieng") else group
            yield _Part("place", group, question[match.start() : match.end()], match.start(), typed_plain)


def _opens(match: re.Match[str]) -> bool:
    """Tell whether a name of one syllable opens the question: "Anh Nam là ai?" """
    return not match.start() and " " not in match.group()


def _as_typed(name: str, part: _Part) -> str:
    """Return a name as the person types: without marks, in small letters, in capitals."""
    if not part.plain:
        return name
    if part.text.isupper():
        return fold(name).upper()
    return fold(name) if part.text.islower() else " ".join(map(fold_case, name.split()))


def _days(question: str, folded: str) -> Iterator[_Part]:
    for match in _DAY.finditer(folded):
        day, month = match["day"], match["only"] or match["month"]
        if 1 <= int(month) <= 12 and (day is None or 1 <= int(day) <= 31):
            yield _Part("day", "month" if day is None else "day", question[match.start() : match.end()], match.start())


def _other_days(part: _Part, chance: random.Random) -> list[str]:
    """Return the phrase with another day, or with another month where it names no day."""
    last = 12 if part.group == "month" else 28
    figure = re.search(r"\d+", part.text)
    assert figure
    others = [other for other in range(1, last + 1) if other != int(figure.group())]
    chance.shuffle(others)
    return [f"{part.text[: figure.start()]}{other}{part.text[figure.end() :]}" for other in others]


def _other_numbers(text: str, chance: random.Random) -> list[str]:
    """Return numbers of the same length, written alike."""
    if text.isdigit() and len(text) < 4:
        number, width = int(text), max(4, int(text) // 4)
        near = [other for other in range(max(2, number - width), number + width + 1) if other != number]
        others = [str(other) for other in near if len(str(other)) == len(text)]
    else:
        others = [f"{first}{text[1:]}" for first in range(1, 10) if str(first) != text[0]]
    chance.shuffle(others)
    return others


# --- what the news says -------------------------------------------------------------------------------------------------------


class _News:
    """The texts, folded, and which of them hold a syllable."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.folded = {name: " ".join(syllables(text)) for name, text in texts.items()}
        self._plain = {name: fold(text) for name, text in texts.items()}
        self._holding: dict[str, set[str]] = defaultdict(set)
        for name, text in self.folded.items():
            for syllable in set(text.split()):
                self._holding[syllable].add(name)

    def says(self, name: str, form: str, kind: Kind) -> bool:
        """Tell whether a text holds a form; a day, in whatever way it is written."""
        if kind == "day":
            return bool(_day_written(form).search(self._plain[name]))
        if kind == "number":
            return bool(re.search(rf"(?<![\d.,]){re.escape(form)}(?!\d|[.,]\d)", self._plain[name]))
        return f" {' '.join(syllables(form))} " in f" {self.folded[name]} "

    def might_answer(self, form: str, kind: Kind, rest: Iterable[str], right: Sequence[str]) -> bool:
        """Tell whether a text holds the form and, of the rest of a question, about as much as the right ones do."""
        weights = {syllable: self._weight(syllable) for syllable in rest}

        def share(name: str) -> float:
            return sum(weight for syllable, weight in weights.items() if name in self._holding.get(syllable, ()))

        enough = _ELSEWHERE * max(map(share, right))
        holding = [self._holding.get(syllable, set()) for syllable in syllables(form)]
        return any(share(name) >= enough and self.says(name, form, kind) for name in set.intersection(*holding))

    def _weight(self, syllable: str) -> float:
        return math.log((len(self.folded) + 1) / (len(self._holding.get(syllable, ())) + 0.5))


def _day_written(form: str) -> re.Pattern[str]:
    """Return what finds a day or month of a phrase, however it is written: 5-6, 5/6, 5 tháng 6."""
    figures = re.findall(r"\d+", form)
    if len(figures) == 1:
        return re.compile(rf"(?:thang |\d[/-])0?{int(figures[0])}(?!\d|[.,]\d)")
    return re.compile(rf"(?<!\d)0?{int(figures[0])}(?:[/-]| thang )0?{int(figures[1])}(?!\d)")


def _exchanged(
    query_id: str, question: str, part: _Part, known: _Known, news: _News, right: Sequence[str], chance: random.Random
) -> NearMiss | None:
    """Return the question with something instead of the part, None where nothing can stand for it."""
    rest = set(syllables(_with(question, part, " ")))
    asked = f" {' '.join(syllables(question))} "
    for form in known.instead(part, chance)[:_CANDIDATES] if right else ():
        forms = [form, *filter(None, [_ALSO.get(form)])]
        if (
            any(fold(one) in fold(part.text) or fold(part.text) in fold(one) for one in forms)
            or any(f" {' '.join(syllables(one))} " in asked for one in forms)
            or any(news.says(name, one, part.kind) for name in right for one in forms)
            or news.might_answer(form, part.kind, rest, right)
        ):
            continue
        return NearMiss(query_id, _with(question, part, form), part.kind, part.text, form)
    return None


def _with(question: str, part: _Part, form: str) -> str:
    """Return the question with a form for the part: for a name wherever it stands, for a figure at its place."""
    if part.kind in ("day", "year", "number"):
        return question[: part.start] + form + question[part.start + len(part.text) :]
    return re.sub(rf"(?<!\w){re.escape(part.text)}(?!\w)", lambda _: form, question)
