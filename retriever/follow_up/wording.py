"""The words of a question as they were typed, and the vocabulary of questions.

Vocabulary is written with its marks. A word typed without marks may be any word of those letters;
a word typed with marks is only itself, so that "nợ" is never "nó", nor "cơn" "còn".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from docs_store.vietnamese import accented_syllables, fold, nfc


class Word(NamedTuple):
    """A syllable: as typed, with marks in lower case, folded; where it stands; whether a mark parts it from the one before."""

    text: str
    marked: str
    key: str
    start: int
    end: int
    parted: bool

    def is_(self, form: str) -> bool:
        """Tell whether this can be the Vietnamese word `form`. "AI" is no "ai"."""
        if self.marked != form and (self.marked != self.key or self.key != fold(form)):
            return False
        return form != "ai" or self.text != "AI"

    @property
    def capital(self) -> bool:
        return self.text[0].isupper() or self.text[0].isdigit()

    @property
    def foreign(self) -> bool:
        """Tell whether this is no Vietnamese syllable: an acronym, a code, a name such as Techfest."""
        letters = [char for char in self.text if char.isalpha()]
        if len(letters) > 1 and all(char.isupper() for char in letters):
            return True
        if not letters or (self.key.isascii() and self.key in _UNITS):
            return False
        return not all(_SYLLABLE.fullmatch(part) for part in self.key.split())


class Text(NamedTuple):
    """A question on one line, in NFC, and its words."""

    line: str
    words: tuple[Word, ...]

    def part(self, first: int, last: int) -> str:
        """Return the text of words[first:last]."""
        return self.line[self.words[first].start : self.words[last - 1].end] if first < last else ""


_WORD = re.compile(r"[^\W_]+(?:[-&][^\W_]+)*")


_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdghklmnpqrstvx])?(?:[aeiouy]|[aeiouy]{2,3})(?:ch|ng|nh|[cmnpt])?"
)


_UNITS = frozenset({"kg", "km", "m", "ha", "usd", "vnd", "ty"})


def read(text: str) -> Text:
    line = " ".join(nfc(text).split())
    words: list[Word] = []
    end = 0
    for match in _WORD.finditer(line):
        marked = " ".join(accented_syllables(match.group())) or match.group().lower()
        gap = line[end : match.start()]
        parted = bool(gap.strip()) and not (words and words[-1].key == "tp" and gap.strip() == ".")
        words.append(Word(match.group(), marked, " ".join(fold(match.group()).split("-")), *match.span(), parted))
        end = match.end()
    return Text(line, tuple(words))


class Phrases:
    """A set of phrases, found in a text by their first syllable, the longest first."""

    def __init__(self, phrases: str | Iterable[str]) -> None:
        """phrases: with their marks; in one string they are parted by "|"."""
        phrases = listed(phrases) if isinstance(phrases, str) else phrases
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in sorted({" ".join(accented_syllables(phrase)) for phrase in phrases}, key=lambda p: -len(p.split())):
            forms = tuple(phrase.split())
            self._by_first.setdefault(fold(forms[0]), []).append(forms)

    def at(self, words: Sequence[Word], place: int) -> int:
        """Return how many words the longest phrase at `place` spans, 0 if none starts there."""
        for forms in self._by_first.get(words[place].key, ()):
            if place + len(forms) <= len(words) and all(
                words[place + n].is_(form) and not (n and words[place + n].parted) for n, form in enumerate(forms)
            ):
                return len(forms)
        return 0

    def ends(self, words: Sequence[Word], end: int) -> int:
        """Return how many words the longest phrase that ends before `end` spans, 0 if none does."""
        return next((size for size in range(min(5, end), 0, -1) if self.at(words, end - size) == size), 0)


def listed(text: str) -> list[str]:
    return [item.strip() for item in text.replace("\n", " ").split("|") if item.strip()]


QUESTION = Phrases("""
    ai | những ai | là ai | ai là | gì | những gì | là gì | cái gì | nào | thế nào | như thế nào | ra sao | tại sao |
    vì sao | sao | vì đâu | đâu | ở đâu | tại đâu | từ đâu | ở nơi nào | khi nào | bao giờ | lúc nào | hôm nào |
    ngày nào | tháng nào | năm nào | từ ngày nào | vào ngày nào | từ khi nào | ngày mấy | tháng mấy | bao nhiêu |
    bao lâu | bao xa | mấy | mấy giờ | thứ mấy | có phải | hay không | được không | đúng không | phải không
""")


FUNCTION = Phrases("""
    là | của | có | được | bị | do | bởi | và | với | thì | mà | để | cho | về | từ | đến | vào | ra | trong | ngoài |
    trên | dưới | ở | tại | cùng | cũng | đã | đang | sẽ | phải | cần | cứ | hết | khoảng | lại | nữa | vậy | so với | ạ
    | à | hả | nhỉ | nhé | rồi | chưa | không | những | các | mỗi | từng | vì | theo | này | đó | ấy | kia | thế thì |
    cho biết | cho hỏi | cho tôi hỏi | cho mình hỏi | xin hỏi | xin cho hỏi | lúc | khi | ngày | tháng | năm | giờ |
    hiện | hiện nay | bây giờ | như | hay | hoặc | trước | sau | cụ thể | chính xác | tôi | mình | em | việc | mấy
""")


# What a question may ask about something that it does not name: it needs that something.
ASPECTS = Phrases("""
    mức | số | tổng số | tổng tiền | tổng số tiền | tổng tiền phạt | mức phạt | phạt | xử phạt | tiền phạt | kết quả |
    kinh phí | tổng kinh phí | chi phí | phí | lệ phí | giá | giá bán | giá trị | mục tiêu | mục đích | thời gian |
    thời hạn | thời điểm | địa điểm | chủ đề | nội dung | nội dung chính | số lượng | lý do | nguyên nhân | ban tổ chức
    | đơn vị tổ chức | trưởng ban tổ chức | quy mô | diện tích | công suất | tiến độ | hiệu lực | phạm vi | đối tượng |
    đối tượng áp dụng | điều kiện | hồ sơ | hạn nộp | hạn chót | tổng vốn | vốn đầu tư | tổng mức đầu tư | nguồn vốn |
    trọng lượng | khối lượng | chiều dài | chiều cao | độ cao | tuổi thọ | trụ sở | người đứng đầu | trưởng nhóm |
    giải nhất | giải nhì | giải ba | giải khuyến khích | giải đặc biệt | giải thưởng | tiền thưởng | giải chính | giải |
    ý nghĩa | vai trò | điểm mới | khó khăn | khó khăn lớn nhất | hạn chế | ưu điểm | nhược điểm | tác động | lợi ích |
    sản lượng | tổ chức | chủ trì | diễn ra | tham gia | tham dự | dự | phát biểu | ký | ban hành | áp dụng |
    có hiệu lực | bắt đầu | kết thúc | khai mạc | bế mạc | hoàn thành | trao | đoạt | giành | nhận | đạt | kéo dài |
    công bố | thực hiện | triển khai | phê duyệt | quy định | nặng | cao | dài | rộng | tăng | giảm | thay đổi | đầu tư
    | tài trợ | phối hợp | đồng tổ chức | đăng ký | nộp | nói | nói gì | cho biết | đánh giá | đề nghị | đề xuất |
    kiến nghị | thắng | thua | thành công | thất bại | xếp | xếp thứ | xếp hạng | đứng thứ | thứ hạng | vận hành |
    khởi công | khánh thành | phóng | lên quỹ đạo | bàn giao | họp
""")


# What is counted or chosen: no subject where the question counts it ("bao nhiêu người", "nhóm nào").
COUNTED = Phrases("""
    người | người tham gia | người dự | đại biểu | khách | lượt | lượt khách | khách quốc tế | gian hàng | doanh nghiệp
    | đơn vị | cơ quan | tổ chức | nhóm | đội | quốc gia | nước | tỉnh | thành phố | tỉnh thành | địa phương | xã |
    huyện | tiền | đồng | tỷ | tỷ đồng | triệu | triệu đồng | nghìn | usd | điểm | phần trăm | giờ | phút | tuần | tuổi
    | mét | km | kg | tấn | hộ | hộ dân | mẫu | đơn | hồ sơ | dự án | đề tài | nhiệm vụ | giải | hợp đồng | trạm | lần |
    chỗ | nơi | ông | bà | thứ | lĩnh vực | ngành | loại | cách | lý do | điều | làng công nghệ | nhà khoa học | trường
    | trường đại học | bộ | cơ sở
""")


# Where the subject of a statement ends.
BREAKS = Phrases("""
    có | là | đạt | gồm | bao gồm | được | bị | đã | đang | sẽ | phải | cần | đón | thu hút | dùng | sử dụng | tiếp nhận
    | tiếp | làm việc | công bố | ban hành | tổ chức | diễn ra | trao | trao cho | ký | phê duyệt | đề nghị | yêu cầu |
    nói | nói gì | cho biết | cho rằng | nhận | giành | đoạt | quy định | tham gia | tham dự | xử phạt | kiểm tra | giảm
    | tăng | chi | cấp | xếp | xếp thứ | đứng thứ | nặng | đặt | cao hơn | do | bởi | vì | để | đánh giá | chọn |
    tài trợ | hỗ trợ | bán | bắt buộc | áp dụng | bắt đầu | phát hiện | lấy | triển khai | mở | thông qua | trúng
""")


PLAIN = Phrases(["có", "là", "gồm", "bao gồm", "có hiệu lực"])  # verbs that say nothing by themselves


NO_BREAKS = Phrases("""
    giảm phát thải | giảm nghèo | tăng trưởng | dự án | dự thảo | dự báo | bán dẫn | đấu giá | đấu giá thành công |
    giá trị | lễ trao | lễ trao giải | lễ ký | buổi làm việc | đợt kiểm tra | đoàn kiểm tra | dùng riêng | dùng chung |
    ban tổ chức | đơn vị tổ chức | tổ chức quốc tế | quyền sử dụng | hội đồng cấp | quy định của
""")


TRAILING = Phrases("""
    có | có những | là | đạt | gồm | được | đón | nhận | với | mức | với mức | tổng | từ | vào | ngày | do | ở | tại |
    cho | trong | hết | khoảng | thu hút | trao | trao cho | cấp | chi | cần | phải | vì | để | những | các | của | và |
    số | bị | đã | sẽ | tổng số | về | đến | diễn ra | tổ chức | bởi | dùng | tháng | năm | xếp | đứng | thứ | giành |
    đoạt
""")


LEADING = Phrases("""
    là | có | đã | được | nhận | giành | đoạt | ký | cho | của | ở | tại | dự | tham gia | tổ chức | chủ trì | thuộc |
    trong | bị | cho biết | cho hỏi | cho tôi hỏi | cho mình hỏi | xin hỏi | theo | sẽ | thì | vậy | thế
""")


LEADS = Phrases(["còn", "thế", "vậy", "thế còn", "vậy còn", "thế thì", "vậy thì", "thế thì còn", "vậy thì còn", "thế vậy còn"])


TAILS = Phrases(
    "thì sao | thì thế nào | thì như thế nào | thì ra sao | thì khác không | thì sao ạ | thì sao nhỉ | thì sao vậy | thì"
)


SAYS_SO = Phrases(["thì sao", "thì thế nào", "thì như thế nào", "thì ra sao", "thì sao ạ", "thì sao nhỉ", "thì sao vậy"])


def is_marked(words: Sequence[Word]) -> bool:
    return any(word.marked != word.key for word in words)
