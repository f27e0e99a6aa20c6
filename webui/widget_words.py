"""Every word of the widget's own pages: name -> Vietnamese, English."""

from __future__ import annotations

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
