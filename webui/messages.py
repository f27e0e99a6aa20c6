"""Every word that the pages say, in Vietnamese and in English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from docs_store import PageNote


@dataclass(frozen=True, slots=True)
class Messages:
    """One language of the interface."""

    lang: str
    name: str
    other_name: str
    title: str
    intro: str
    chat: str
    placeholder: str
    question: str
    send: str
    new_chat: str
    sources: str
    no_sources: str
    not_found: str
    searched: str
    nearest: str
    ask_better: str
    found_one: str
    found_many: str
    open_source: str
    original: str
    page: str
    no_date: str
    error_empty: str
    error_long: str
    error_no_index: str
    error_other_model: str
    error_any: str
    source_missing: str
    source_missing_hint: str
    source_changed: str
    back: str
    published_by: str
    taken_as: str
    on_day: str
    from_to: str
    since_day: str
    until_day: str
    newest_first: str
    oldest_first: str
    corrected: str
    also_called: str
    any_time: str
    printed_by: str
    note_ocr: str
    note_unread: str
    note_doubtful: str
    note_converted: str
    note_rebuilt: str
    statement: str
    cite_heading: str
    copy_cite: str
    copy_quote: str
    copy_link: str
    copied: str
    copy_failed: str
    view_text: str
    view_original: str
    download: str
    original_changed: str
    original_large: str
    original_missing: str
    original_missing_hint: str
    pdf_loading: str
    pdf_failed: str
    pdf_not_found: str
    pdf_picture: str
    pdf_page: str
    previous_page: str
    next_page: str
    zoom_in: str
    zoom_out: str
    sign_in: str
    sign_in_needed: str
    sign_in_cross_site: str
    sign_in_wrong: str
    sign_in_wait: str
    signed_in_as: str
    account_name: str
    password: str
    sign_out: str
    account: str
    role_reader: str
    role_editor: str
    role_admin: str
    token_expired: str
    token_wrong: str
    not_allowed: str
    too_many: str
    too_busy: str
    too_much: str

    def note(self, note: PageNote) -> str:
        """Return in words how a page was read."""
        words: str = getattr(self, f"note_{note.kind}")
        return words.format(detail=note.detail, percent=round(100 * (note.confidence or 0.0)))

    def date(self, day: date | None) -> str:
        """Return the day as it is written in Vietnam, day first."""
        return day.strftime("%d/%m/%Y") if day else self.no_date


VI = Messages(
    lang="vi",
    name="Tiếng Việt",
    other_name="English",
    title="Hỏi tin",
    intro="Hỏi kho tin của Bộ. Câu trả lời là nguyên văn đoạn tin, kèm nguồn.",
    chat="Hội thoại",
    placeholder="Gõ câu hỏi, có dấu hay không dấu đều được…",
    question="Câu hỏi",
    send="Gửi",
    new_chat="Hội thoại mới",
    sources="Nguồn",
    no_sources="Nguồn của câu trả lời sẽ hiện ở đây.",
    not_found="Không tìm thấy trong kho tin",
    searched="Đã tìm trong {documents} bài, không có đoạn nào đủ khớp với câu hỏi.",
    nearest="Bài gần nhất, chưa chắc liên quan:",
    ask_better="Hãy thử nêu tên người, cơ quan, số văn bản hoặc sự kiện cụ thể.",
    found_one="Tìm thấy 1 đoạn tin:",
    found_many="Tìm thấy {count} đoạn tin:",
    open_source="Mở nguồn tại đoạn này",
    original="Bài gốc",
    page="trang {page}",
    no_date="không rõ ngày",
    error_empty="Bạn chưa gõ câu hỏi.",
    error_long="Câu hỏi dài quá 1000 ký tự, hãy hỏi ngắn hơn.",
    error_no_index="Kho tin đang trống hoặc đang được sửa. Người quản trị cần chạy lệnh: hoitin index",
    error_other_model="Kho tin được lập bằng mô hình khác. Người quản trị cần chạy lệnh: hoitin index --rebuild",
    error_any="Có lỗi, chưa trả lời được. Hãy thử lại sau.",
    source_missing="Không có tài liệu này trong kho tin",
    source_missing_hint="Tài liệu có thể đã được gỡ sau khi câu trả lời được đưa ra.",
    source_changed="Tài liệu đã được cập nhật sau khi có liên kết này, nên đoạn trích không còn được đánh dấu.",
    back="Về trang hỏi tin",
    published_by="Nguồn",
    taken_as="Hiểu là: {question}",
    on_day="ngày {day}",
    from_to="từ {first} đến {last}",
    since_day="từ {day}",
    until_day="đến {day}",
    newest_first="tin mới nhất trước",
    oldest_first="theo thứ tự thời gian",
    corrected="“{typed}” hiểu là “{meant}”",
    also_called="“{said}” cũng tìm “{meant}”",
    any_time="Bỏ lọc thời gian",
    printed_by="đăng lại ở {count} nguồn",
    note_ocr="đọc từ ảnh quét (OCR), độ tin cậy {percent} %, hãy đối chiếu con số với bản gốc",
    note_unread="trang là ảnh, chưa đọc được chữ",
    note_doubtful="chữ trên trang này không chắc đúng",
    note_converted="chuyển từ mã chữ {detail}",
    note_rebuilt="đã nối lại chữ bị tách rời",
    statement="Khả năng tiếp cận",
    cite_heading="Trích dẫn",
    copy_cite="Chép trích dẫn",
    copy_quote="Chép đoạn trích",
    copy_link="Chép liên kết",
    copied="Đã chép",
    copy_failed="Không chép được, hãy chọn chữ rồi nhấn Ctrl+C",
    view_text="Văn bản",
    view_original="Bản gốc",
    download="Tải tệp gốc ({kind}, {size})",
    original_changed="Tệp gốc đã thay đổi sau khi được đọc, nên ở đây chỉ có văn bản đã đọc.",
    original_large="Tệp gốc quá lớn, nên ở đây chỉ có văn bản đã đọc.",
    original_missing="Máy chủ này không có tệp gốc",
    original_missing_hint="Tệp có thể đã được dời đi hoặc thay đổi. Văn bản đã đọc từ tệp vẫn còn ở trang nguồn.",
    pdf_loading="Đang mở bản gốc…",
    pdf_failed="Không mở được bản gốc tại đây. Bạn vẫn có thể tải tệp về.",
    pdf_not_found="Không tìm thấy đoạn trích trong lớp chữ của trang này. Hãy đối chiếu với văn bản.",
    pdf_picture="Trang này là ảnh nên không tô được đoạn trích. Hãy đối chiếu với văn bản.",
    pdf_page="Trang {page}/{pages}",
    previous_page="Trang trước",
    next_page="Trang sau",
    zoom_in="Phóng to",
    zoom_out="Thu nhỏ",
    sign_in="Đăng nhập",
    sign_in_needed="Bạn cần đăng nhập để dùng trang này.",
    sign_in_cross_site="Yêu cầu này đến từ một trang khác nên bị từ chối.",
    sign_in_wrong="Tên hoặc mật khẩu không đúng.",
    sign_in_wait="Đã thử quá nhiều lần. Hãy thử lại sau {seconds} giây.",
    signed_in_as="Bạn đang đăng nhập với tên {name} ({role}).",
    account_name="Tên đăng nhập",
    password="Mật khẩu",
    sign_out="Đăng xuất",
    account="Tài khoản",
    role_reader="người đọc",
    role_editor="biên tập viên",
    role_admin="quản trị viên",
    token_expired="Phiên hỏi tin đã hết hạn. Hãy tải lại trang mà bạn mở hộp hỏi tin từ đó.",
    token_wrong="Liên kết hỏi tin không hợp lệ. Hãy tải lại trang mà bạn mở hộp hỏi tin từ đó.",
    not_allowed="Bạn không có quyền làm việc này.",
    too_many="Bạn hỏi quá nhanh. Hãy hỏi lại sau {seconds} giây.",
    too_busy="Đang có quá nhiều người hỏi. Hãy hỏi lại sau {seconds} giây.",
    too_much="Việc này phải hỏi lại {count} câu, mà mỗi phút chỉ được hỏi {rate} câu. Hãy chọn ít câu hơn.",
)

EN = Messages(
    lang="en",
    name="English",
    other_name="Tiếng Việt",
    title="Ask the news",
    intro="Ask the ministry's news. The answer is the exact passage, with its source.",
    chat="Conversation",
    placeholder="Type a question in Vietnamese, with or without diacritics…",
    question="Question",
    send="Send",
    new_chat="New chat",
    sources="Sources",
    no_sources="The sources of the answer will be shown here.",
    not_found="Not found in the news",
    searched="Searched {documents} articles; no passage meets the question well enough.",
    nearest="Nearest articles, perhaps unrelated:",
    ask_better="Try naming a person, an agency, a document number or an event.",
    found_one="1 passage found:",
    found_many="{count} passages found:",
    open_source="Open the source at this passage",
    original="Original",
    page="page {page}",
    no_date="date unknown",
    error_empty="You have not typed a question.",
    error_long="The question is longer than 1000 characters; please shorten it.",
    error_no_index="The news store is empty or under repair. The administrator should run: hoitin index",
    error_other_model="The news store was made with another model. The administrator should run: hoitin index --rebuild",
    error_any="Something went wrong and there is no answer. Please try again later.",
    source_missing="This document is not in the news store",
    source_missing_hint="It may have been taken down after the answer was given.",
    source_changed="The document was updated after this link was made, so the passage is no longer marked.",
    back="Back to the questions",
    published_by="Publisher",
    taken_as="Taken as: {question}",
    on_day="on {day}",
    from_to="from {first} to {last}",
    since_day="since {day}",
    until_day="until {day}",
    newest_first="newest first",
    oldest_first="in order of time",
    corrected="“{typed}” taken as “{meant}”",
    also_called="“{said}” also searched as “{meant}”",
    any_time="Any time",
    printed_by="also printed by {count}",
    note_ocr="read from a scan (OCR), confidence {percent} %, check figures against the original",
    note_unread="the page is a picture that was not read",
    note_doubtful="the text of this page may be wrong",
    note_converted="converted from {detail}",
    note_rebuilt="broken spacing was put right",
    statement="Accessibility",
    cite_heading="Citation",
    copy_cite="Copy citation",
    copy_quote="Copy passage",
    copy_link="Copy link",
    copied="Copied",
    copy_failed="Could not copy; select the text and press Ctrl+C",
    view_text="Text",
    view_original="Original",
    download="Download the original file ({kind}, {size})",
    original_changed="The original file has changed since it was read, so only the text that was read is shown.",
    original_large="The original file is too large, so only the text that was read is shown.",
    original_missing="This server does not have the original file",
    original_missing_hint="The file may have been moved or changed. The text read from it is still on the source page.",
    pdf_loading="Opening the original…",
    pdf_failed="The original cannot be shown here. You can still download the file.",
    pdf_not_found="The passage was not found in the text layer of this page. Please compare it with the text.",
    pdf_picture="This page is a picture, so the passage cannot be marked on it. Please compare it with the text.",
    pdf_page="Page {page} of {pages}",
    previous_page="Previous page",
    next_page="Next page",
    zoom_in="Zoom in",
    zoom_out="Zoom out",
    sign_in="Sign in",
    sign_in_needed="Please sign in to use this page.",
    sign_in_cross_site="This request came from another site and was refused.",
    sign_in_wrong="The name or the password is not right.",
    sign_in_wait="Too many attempts. Please try again in {seconds} seconds.",
    signed_in_as="You are signed in as {name} ({role}).",
    account_name="Name",
    password="Password",
    sign_out="Sign out",
    account="Account",
    role_reader="reader",
    role_editor="editor",
    role_admin="administrator",
    token_expired="This session has expired. Please reload the page from which you opened the question box.",
    token_wrong="This link is not valid. Please reload the page from which you opened the question box.",
    not_allowed="You may not do this.",
    too_many="You are asking too fast. Please ask again in {seconds} seconds.",
    too_busy="Too many people are asking at the moment. Please ask again in {seconds} seconds.",
    too_much="This asks {count} questions again, and only {rate} a minute are allowed. Please choose fewer.",
)

LANGUAGES = {"vi": VI, "en": EN}

# Where a document's fields come from, as `hoitin show` tells it; other names (og:title, json-ld) stay as they are.
_ORIGINS = {
    "sidecar": "tệp kèm / sidecar",
    "front matter": "phần đầu tệp / front matter",
    "JSON": "bản ghi xuất từ CMS / record",
    "CSV": "bảng xuất từ CMS / row",
    "text": "trong bài / text",
    "heading": "đề mục trong bài / heading",
    "letterhead": "phần đầu văn bản / letterhead",
    "first line": "dòng đầu / first line",
    "file name": "tên tệp / file name",
    "file date": "ngày lập tệp / file date",
}


def origin_words(origin: str) -> str:
    """Return in words where a value came from: "front matter title" -> "phần đầu tệp / front matter (title)"."""
    for place, words in _ORIGINS.items():
        if origin == place:
            return words
        if origin.startswith(place + " "):
            return f"{words} ({origin.removeprefix(place + ' ')})"
    return origin
