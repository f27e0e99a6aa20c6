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
    note_ocr="đọc từ ảnh quét (OCR), độ tin cậy {percent} %",
    note_unread="trang là ảnh, chưa đọc được chữ",
    note_doubtful="chữ trên trang này không chắc đúng",
    note_converted="chuyển từ mã chữ {detail}",
    note_rebuilt="đã nối lại chữ bị tách rời",
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
    note_ocr="read from a scan (OCR), confidence {percent} %",
    note_unread="the page is a picture that was not read",
    note_doubtful="the text of this page may be wrong",
    note_converted="converted from {detail}",
    note_rebuilt="broken spacing was put right",
)

LANGUAGES = {"vi": VI, "en": EN}

# Where a document's fields come from, as `hoitin show` tells it; names of the field (og:title, json-ld) stay as they are.
ORIGINS = {
    "sidecar": "tệp kèm / sidecar",
    "front matter": "phần đầu tệp / front matter",
    "record": "bản ghi xuất từ CMS / record",
    "text": "trong bài / text",
    "heading": "đề mục trong bài / heading",
    "first line": "dòng đầu / first line",
    "file name": "tên tệp / file name",
    "file date": "ngày lập tệp / file date",
}

# The widget's own pages: name -> Vietnamese, English.
WIDGET = {
    "refused": (
        "Trang này chưa được phép hiện hộp hỏi tin. Người quản trị hoitin cần thêm địa chỉ của trang vào cài đặt sau "
        "rồi khởi động lại hoitin:",
        "This page may not show the question box yet. The administrator of hoitin has to add the page's address to this "
        "setting and start hoitin again:",
    ),
    "file": (
        "Trang mở từ một tệp trên máy thì không hiện được hộp hỏi tin; hãy đặt trang lên máy chủ web.",
        "A page opened from a file cannot show the question box; please put it on a web server.",
    ),
    "other": ("English", "Tiếng Việt"),
    "demo_title": ("Trang nội bộ mẫu", "Sample intranet page"),
    "setup_title": ("Gắn hộp hỏi tin vào trang nội bộ", "Put the question box on an intranet page"),
    "setup_intro": (
        "Chọn cách hiện, xem thử bên cạnh, rồi làm ba bước bên dưới. Không cần cài gì trên máy chủ của trang nội bộ.",
        "Choose how it looks, try it beside the form, then take the three steps below. The intranet's server needs no "
        "new software.",
    ),
    "form": ("Cách hiện", "How it looks"),
    "lang": ("Ngôn ngữ", "Language"),
    "theme": ("Nền", "Theme"),
    "theme_auto": ("theo máy người đọc", "as the reader's system"),
    "theme_light": ("sáng", "light"),
    "theme_dark": ("tối", "dark"),
    "position": ("Vị trí nút", "Place of the button"),
    "position_right": ("góc phải", "right corner"),
    "position_left": ("góc trái", "left corner"),
    "label": ("Chữ trên nút", "Text on the button"),
    "box_title": ("Tên hộp", "Title of the box"),
    "default_name": ("Hỏi tin", "Ask the news"),
    "color": ("Màu", "Colour"),
    "color_hint": (
        "Chữ trên nền màu tự thành đen hoặc trắng cho dễ đọc.",
        "The text on it becomes black or white, whichever is easier to read.",
    ),
    "question": ("Câu hỏi điền sẵn", "Question filled in"),
    "question_hint": ("Người đọc tự bấm gửi.", "The reader sends it."),
    "open": ("Mở sẵn khi vào trang", "Open when the page is entered"),
    "open_hint": ("Không tự mở trên điện thoại.", "Never by itself on a phone."),
    "preview": ("Xem thử", "Preview"),
    "wide": ("Máy tính", "Computer"),
    "phone": ("Điện thoại", "Phone"),
    "step_paste": ("Dán thẻ này vào trang nội bộ", "Paste this tag into the intranet page"),
    "paste_hint": (
        "Đặt ở đâu trong trang cũng được; gắn hai lần vẫn chỉ có một nút.",
        "Anywhere in the page; two tags still make one button.",
    ),
    "step_allow": ("Cho phép trang đó", "Allow that page"),
    "site": ("Địa chỉ trang nội bộ", "Address of the intranet page"),
    "allow_hint": (
        "Đặt dòng này vào môi trường của hoitin rồi chạy lại hoitin serve.",
        "Put this line into hoitin's environment and start hoitin serve again.",
    ),
    "allowed": ("Địa chỉ này đã được phép.", "This address is allowed already."),
    "no_site": ("Địa chỉ phải có dạng https://noibo.example", "An address looks like https://intranet.example"),
    "step_policy": (
        "Nếu trang nội bộ có Content-Security-Policy",
        "If the intranet page has a Content-Security-Policy",
    ),
    "policy_hint": (
        "Thêm hai nguồn này. Không cần connect-src, style-src hay img-src.",
        "Add these two sources. Neither connect-src nor style-src nor img-src is needed.",
    ),
    "copy": ("Chép", "Copy"),
    "copied": ("Đã chép", "Copied"),
    "warn_local": (
        "Bạn đang mở trang này ở địa chỉ chỉ máy này mở được. Hãy mở lại bằng tên máy chủ mà mọi người dùng.",
        "You opened this page at an address that only this computer reaches. Open it by the name that everybody uses.",
    ),
    "warn_mixed": (
        "Trang https chỉ nhận được hộp hỏi tin khi hoitin cũng dùng https.",
        "A page on https can only carry the question box if hoitin is on https too.",
    ),
    "all": ("Mọi thuộc tính của thẻ", "All attributes of the tag"),
    "attribute": ("Thuộc tính", "Attribute"),
    "meaning": ("Ý nghĩa", "Meaning"),
    "a_server": (
        "Địa chỉ của hoitin, khi widget.js được chép sang máy chủ khác hoặc viết thẳng vào trang.",
        "Address of hoitin, where widget.js is copied to another server or written into the page.",
    ),
    "a_lang": ("vi (mặc định) hoặc en.", "vi (default) or en."),
    "a_theme": ("auto (mặc định), light hoặc dark.", "auto (default), light or dark."),
    "a_position": ("right (mặc định) hoặc left.", "right (default) or left."),
    "a_label": ("Chữ trên nút.", "Text on the button."),
    "a_title": ("Tên hộp, cũng là tên mà trình đọc màn hình đọc.", "Title of the box, also told by screen readers."),
    "a_color": ("Màu dạng #0b57a4 hoặc #05a; khác thế thì bỏ qua.", "A colour such as #0b57a4 or #05a; all else is ignored."),
    "a_question": ("Câu hỏi điền sẵn vào ô.", "A question filled into the box."),
    "a_open": ("Có mặt thì hộp mở sẵn, trừ trên điện thoại.", "If present the box is open at once, except on a phone."),
    "a_token": (
        "Mã truy cập ngắn hạn, khi hoitin đòi đăng nhập.",
        "A short-lived access token, where hoitin asks for a sign-in.",
    ),
    "remove": (
        'Muốn gỡ khi trang đang mở: document.querySelector("[data-hoitin]").remove()',
        'To take it off an open page: document.querySelector("[data-hoitin]").remove()',
    ),
    "see_demo": ("Xem trang nội bộ mẫu", "See the sample intranet page"),
}
