"""Broken spacing put right: "Bộ K hoa h ọc" -> "Bộ Khoa học", by what a Vietnamese syllable can be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import accumulate

from docs_store.vietnamese import nfc

from ...legacy.syllables import is_syllable

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
