"""Broken spacing put right: "Bộ K hoa h ọc" -> "Bộ Khoa học", by what a Vietnamese syllable can be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

from docs_store.vietnamese import nfc

# What a syllable is made of. Sources: any grammar of Vietnamese; loan rhymes (oong, êng) included.
_ONSET = r"(?:ngh|ng|nh|gh|gi|g|kh|k|ch|c|th|tr|t|ph|p|qu|b|d|đ|h|l|m|n|r|s|v|x)?"
_RHYMES = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây "
    "e ec em en eng eo ep et ê êch êm ên ênh êp êt êu êng i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu "
    "o oc oi om on ong oong ooc op ot oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăp oăt "
    "oe oen oeo oet ô ôc ôi ôm ôn ông ôông ôp ôt ơ ơi ơm ơn ơp ơt u ua uc ui um un ung up ut uy "
    "uôc uôi uôm uôn uông uôt uân uâng uât uây uê uêch uênh uơ uya uych uyên uyêt uyn uynh uyp uyt uyu "
    "ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y ych ynh yt yêm yên yêng yêt yêu êt"
)
_SYLLABLE = re.compile(f"{_ONSET}(?:{'|'.join(sorted(set(_RHYMES.split()), key=len, reverse=True))})$")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_STOPPED = re.compile(r"(?:[ptc]|ch)$")  # such a syllable bears no other tone than sắc or nặng
_FREE_TONES = re.compile("[\u0300\u0303\u0309]")
_WORD = re.compile(r"[^\W\d_]+")
# A stretch of letters with blanks between; two blanks in a row are kept: they part words.
_STRETCH = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)+")

# The commonest syllables of our own sample articles: "ban hành", not "ba nhành".
_COMMON_TEXT = """
và công của cho năm được không phải học là với ngày dự đồng bộ tin số trong từ một tại nghiệp nghệ có theo
gia khoa điện án hai quốc chỉ bài thông nhất ban định nguồn nhân chuẩn thành thật người bản việt sở về hợp
đầu giá doanh điểm tiêu sơ ba kỹ đã cục trước nam đề lượng viên lý hội kết phòng đo cơ tài đơn vụ phí nghị
phát trình toàn các báo làm dụng tỷ tổ hành khi liệu sau nhận trên chuyển ông đến mỗi nghiệm tổng tiếp bà
chuyên chi an hiện thu thuật tạo cao chính chức quy tỉnh nội thống xã đại mới nước cứu dữ hơn cấp so trí do
trường thiết địa chế triệu trợ thử nghiên nhóm đổi giải đó tháng lại trung bị độ động cầu thuộc sẽ biết bình
vị ứng dùng ra trực kế phần vào nhà đạt chủ tra hà quỹ trưởng phó sự bắc lực tế quả quan nhiều bằng máy
khoảng kiến bán thực kiểm chung ngành việc lớn ký tác thời này vì khu còn vận diễn sáng dân thứ để thí giảm
qua phố mở xuất hữu tuệ vùng hải tư xe khối mạng tập điều ít hình ảnh hàng cần hiệu bảo triển chọn quyền trả
phương minh đặt yêu lần sản cá luật nghĩa vay những như cũng thể đây lệ
"""
_COMMON = frozenset(_COMMON_TEXT.split())

_LONGEST = 7  # letters: "nghiêng"
_WRONG = 4.0  # cost of a word that is no syllable
_COMMON_COST = 0.8  # of a common syllable; of any other, 1
_NO_ONSET = 0.4  # "là một" rather than "làm ột": few syllables begin with a vowel
_DROPPED = 0.3  # cost of taking a space away
_ADDED = 1.2  # cost of setting one in "Khoahọc"
_ADDED_IN_ASCII = 3.5  # and in "logo" or "EU", which may well be no Vietnamese
_FEWEST_MENDED = 4  # words, for a page to count as broken
_SHARE_MENDED = 0.08  # of the page's words


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Tell whether the word has the form of a Vietnamese syllable, marks and tone included."""
    bare = unicodedata.normalize("NFD", word[:12].lower())
    letters = unicodedata.normalize("NFC", _TONES.sub("", bare))
    if len(_TONES.findall(bare)) > 1 or not _SYLLABLE.match(letters):
        return False
    return not (_STOPPED.search(letters) and _FREE_TONES.search(bare))


def rebuilt(lines: Sequence[str], *, certain: bool = False) -> list[str] | None:
    """Return a page's lines with their spaces put right, or None if they are not broken.

    certain: it is known already that the page was set in pieces, so that a few broken words count.
    """
    words = [word for line in lines for word in _WORD.findall(nfc(line))]
    fewest = 1 if certain else max(_FEWEST_MENDED, _SHARE_MENDED * len(words))
    if sum(not is_syllable(word) for word in words) < fewest:
        return None
    mended = 0
    made = []
    for line in lines:
        changed, count = _mend(nfc(line))
        mended += count
        made.append(changed)
    # Judged by its success: in another language hardly any words run together to syllables.
    return made if mended >= fewest else None


def _mend(line: str) -> tuple[str, int]:
    """Return the line with its spaces put right, and how many words that made of pieces."""
    count = 0

    def mend(match: re.Match[str]) -> str:
        nonlocal count
        pieces = match.group().split(" ")
        if all(map(is_syllable, pieces)):
            return match.group()
        words = _segment(pieces)
        count += sum(is_syllable(word) and word not in pieces for word in words)
        return " ".join(words)

    return _STRETCH.sub(mend, line), count


def _segment(pieces: list[str]) -> list[str]:
    """Return the cheapest words that the pieces' letters make, in order (dynamic programming)."""
    letters = "".join(pieces)
    ends = [*accumulate(map(len, pieces))]
    whole = {end - len(piece): end for piece, end in zip(pieces, ends, strict=True)}
    ending = [_ADDED_IN_ASCII if piece.isascii() else _ADDED for piece in pieces for _ in piece]
    for end in ends:
        ending[end - 1] = 0.0
    best: list[tuple[float, int]] = [(0.0, 0)] + [(float("inf"), 0)] * len(letters)
    for start in range(len(letters)):
        cost = best[start][0]
        if cost == float("inf"):
            continue
        # A piece that fits nowhere (a foreign word) stays whole.
        for end in {*range(start + 1, min(start + _LONGEST, len(letters)) + 1), whole.get(start, start + 1)}:
            dropped = sum(not added for added in ending[start : end - 1])
            total = cost + _cost(letters[start:end], is_piece=whole.get(start) == end) + _DROPPED * dropped + ending[end - 1]
            if total < best[end][0]:
                best[end] = (total, start)
    words: list[str] = []
    end = len(letters)
    while end:
        start = best[end][1]
        words.append(letters[start:end])
        end = start
    return words[::-1]


def _cost(word: str, *, is_piece: bool) -> float:
    if is_syllable(word) and not (any(map(str.isupper, word[1:])) and not word.isupper()):
        if word.lower() in _COMMON:
            return _COMMON_COST
        return 1.0 + (_NO_ONSET if unicodedata.normalize("NFD", word)[0].lower() in "aeiouy" else 0.0)
    return 1.0 + _WRONG if is_piece else float("inf")
