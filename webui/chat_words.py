"""Words of the chat page beside those of `messages`: name -> Vietnamese, English."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from .messages import Messages

_WORDS = {
    # how well a passage meets the question
    "match_very": ("rất khớp", "very close match"),
    "match_good": ("khớp", "close match"),
    "match_maybe": ("có thể liên quan", "perhaps related"),
    "small_talk": (
        "Tôi chỉ tìm trong tin và trích nguyên văn. Hãy hỏi một việc trong tin: ai, bao nhiêu, ở đâu, khi nào, vì sao.",
        "I only search the news and quote it. Ask for something in it: who, how many, where, when, why.",
    ),
    "lacks": ("Không thấy {words} trong đoạn này.", "{words} not found in this passage."),
    "mark_unsure": (
        "Phần gạch chấm có thể là câu trả lời; máy chưa chắc.",
        "The dotted words may be the answer; this is not certain.",
    ),
    "match_heading": ("“Rất khớp” nghĩa là gì?", "What does “very close match” mean?"),
    "match_very_means": (
        "máy ước lượng từ 90 % trở lên rằng đoạn tin trả lời câu hỏi",
        "estimated at 90 % or more to answer the question",
    ),
    "match_good_means": ("từ 50 đến 90 %", "50 to 90 %"),
    "match_maybe_means": ("dưới 50 %", "below 50 %"),
    "match_note": (
        "Mức khớp nói về câu hỏi và đoạn tin, không nói tin đúng hay sai.",
        "It is about question and passage, not about whether the news is true.",
    ),
    # the understood question
    "without": ("bỏ", "without"),
    "as_typed": ("Hỏi đúng như tôi gõ", "Ask exactly as I typed"),
    "chip_publisher": ("nguồn: {value}", "publisher: {value}"),
    "chip_section": ("chuyên mục: {value}", "section: {value}"),
    "chip_days": ("đăng {days}", "published {days}"),
    # filters
    "filters": ("Lọc theo ngày, nguồn, chuyên mục", "Filter by date, publisher, section"),
    "filters_on": ("đang lọc", "on"),
    "from_day": ("Đăng từ ngày", "Published from"),
    "to_day": ("đến ngày", "to"),
    "publisher": ("Nguồn tin", "Publisher"),
    "section": ("Chuyên mục", "Section"),
    "all": ("Tất cả", "All"),
    "clear_filters": ("Bỏ lọc", "Clear filters"),
    "error_days": ("Ngày bắt đầu phải trước ngày kết thúc.", "The first day has to be before the last."),
    # no answer
    "unknown": ("Không bài nào có: {words}.", "No article has: {words}."),
    "advice_heading": ("Có thể hỏi lại:", "You could ask again:"),
    "offer_period": ("Bỏ lọc thời gian", "At any time"),
    "offer_filters": ("Bỏ các bộ lọc", "Without the filters"),
    "offer_both": ("Bỏ mọi lọc", "Without filters, at any time"),
    "offer_typing": ("Sửa lỗi gõ", "With slips put right"),
    "offer_spelling": ("Đúng như đã gõ", "Exactly as typed"),
    "offer_turns": ("Không dựa vào câu trước", "Without the question before"),
    "offer_found_one": ("{offer} (1 đoạn tin)", "{offer} (1 passage)"),
    "offer_found_many": ("{offer} ({count} đoạn tin)", "{offer} ({count} passages)"),
    # under an answer, and in its place
    "removed": ("Bài trả lời câu này đã được gỡ.", "The article that answered this has been removed."),
    "helpful": ("Câu trả lời có ích không?", "Was this helpful?"),
    "yes": ("Có ích", "Yes"),
    "no": ("Chưa đúng ý", "Not quite"),
    "share": ("Chép liên kết tới câu hỏi", "Copy a link to this question"),
    # the side
    "history": ("Đã hỏi", "Asked so far"),
    "keep": ("Lưu hội thoại", "Keep the conversation"),
    "save_markdown": ("Tải về Markdown", "Download Markdown"),
    "save_docx": ("Tải về Word (DOCX)", "Download Word (DOCX)"),
    "print": ("In", "Print"),
    "keys": (
        "Phím tắt: / về ô hỏi, ↑ gọi lại câu vừa hỏi, Enter để gửi.",
        "Keys: / to the question box, ↑ recalls the last question, Enter sends.",
    ),
    # the exported file
    "export_title": ("Hội thoại hỏi tin", "Conversation with the news"),
    "export_made": (
        "Lập ngày {day} từ kho tin {generation}. Mỗi đoạn trích là nguyên văn của nguồn.",
        "Made on {day} from the news store {generation}. Every passage is the source's own text.",
    ),
    "export_source": ("Nguồn", "Source"),
}

# What the scripts say; they read it from their own tag.
_SCRIPT_WORDS = {
    "conversation": ("Hội thoại", "Conversation"),
    "copied": ("Đã chép liên kết.", "Link copied."),
    "not_copied": ("Không chép được, hãy chép từ thanh địa chỉ.", "Could not copy; please copy from the address bar."),
    "saved": ("Đã tải về.", "Downloaded."),
    "nothing": ("Chưa có câu hỏi nào.", "Nothing has been asked yet."),
    "lost": ("Mất kết nối với máy chủ, đang thử lại…", "The connection to the server is lost, trying again…"),
    "unsent": (
        "Mất kết nối với máy chủ, đang thử lại… Câu hỏi chưa gửi được và còn nguyên trong ô.",
        "The connection to the server is lost, trying again… Your question was not sent and is still in the box.",
    ),
    "failed": ("Chưa làm được. Hãy thử lại sau.", "That did not work. Please try again later."),
    "thanks": ("Cảm ơn bạn. Biên tập viên sẽ xem ý kiến này.", "Thank you. An editor will read it."),
    "why": ("Câu trả lời chưa đúng ở điểm nào?", "What was not right about the answer?"),
    "wrong": ("Không trả lời câu hỏi", "It does not answer the question"),
    "old": ("Tin cũ, đã có tin mới hơn", "It is old; there is newer news"),
    "incomplete": ("Thiếu thông tin", "Something is missing"),
    "other": ("Lý do khác", "Another reason"),
    "comment": ("Nói rõ hơn (không bắt buộc, tối đa 500 ký tự)", "Say more (optional, up to 500 characters)"),
    "privacy": (
        "Máy chủ chỉ lưu câu hỏi, câu trả lời và những gì bạn viết ở đây.",
        "The server keeps the question, the answer and what you write here, nothing else.",
    ),
    "send": ("Gửi ý kiến", "Send"),
    "cancel": ("Thôi", "Cancel"),
}


def word(messages: Messages, name: str, **values: object) -> str:
    """Return a word in the language of `messages`."""
    return _pick(_WORDS[name], messages).format(**values)


def quoted(words: Sequence[str]) -> str:
    """Return words in quotation marks, parted by commas."""
    return ", ".join(f"“{one}”" for one in words)


def script_words(messages: Messages) -> str:
    """Return the words of the scripts as JSON, fit for an attribute in double quotes."""
    said = {name: _pick(pair, messages) for name, pair in _SCRIPT_WORDS.items()}
    return escape(json.dumps(said, ensure_ascii=False))


def _pick(pair: tuple[str, str], messages: Messages) -> str:
    return pair[0] if messages.lang == "vi" else pair[1]
