"""News that means harm. Each story has a name of its own, so that a question finds just that one."""

from __future__ import annotations

import json
from pathlib import Path

SCRIPT = '<script>alert("doc")</script>'
IMAGE = '<img src="http://evil.example/p.png" onerror="alert(1)">'
FORM = '<form action="http://evil.example/f"><input name="q"><button>Gửi</button></form>'
FRAME = '<iframe src="http://evil.example/"></iframe>'
LINKS = (
    "[bấm vào đây](http://evil.example/x) ![ảnh](http://evil.example/y.png) [chạy](javascript:alert(1)) <https://evil.example/>"
)
BREAKOUT = "</mark></blockquote></div></main></body>&lt;b&gt; &#60;i&#62; <!-- ]]> <style>*{display:none}</style> {{ 7*7 }} $x$"
ADDRESSES = '<a href="javascript:alert(1)">x</a> <a href="data:text/html,<script>alert(1)</script>">y</a>'
OVERLAY = '<div style="position:fixed;inset:0" onclick="alert(1)"><svg onload="alert(1)"></svg></div>'
ALL = (SCRIPT, IMAGE, FORM, FRAME, LINKS, BREAKOUT, ADDRESSES, OVERLAY)

# Front matter addresses by the name of their story. Only the last may become a link.
URLS = {
    "Bạch Đàn": "javascript:alert(1)",
    "Hồng Sâm": "data:text/html,<script>alert(1)</script>",
    "Thạch Lựu": "//evil.example/x",
    "Mộc Hương": 'https://bo.example/?q="onmouseover="alert(1)"><script>alert(2)</script>',
}
BODY_QUESTION = "Trạm quan trắc Kim Ngân ở Cần Thơ có bao nhiêu máy đo?"
FILE_NAME = "<img src=x onerror=alert(1)><script>.txt"
FILE_NAME_QUESTION = "Kho thóc Ngọc Lan ở Thái Bình chứa bao nhiêu tấn?"
RECORD_QUESTION = "Cầu treo Tử Đinh ở Hà Giang dài bao nhiêu mét?"


def write_hostile_news(folder: Path) -> None:
    """Write the stories into `folder`, which exists."""
    attacks = "\n\n".join(f"Dòng {number} của bản tin: {attack} hết dòng." for number, attack in enumerate(ALL, 1))
    head = json.dumps(
        {"title": f"Tin {SCRIPT} về {IMAGE} hôm nay", "publisher": f"Báo {FORM} mới", "author": f"Tác {FRAME} giả"},
        ensure_ascii=False,
    )
    (folder / "than-bai.md").write_text(
        f"---\n{head}\n---\nTrạm quan trắc Kim Ngân ở Cần Thơ có 37 máy đo {SCRIPT} và {LINKS} đang chạy.\n\n{attacks}\n",
        encoding="utf-8",
    )
    for name, url in URLS.items():
        (folder / f"{len(url)}.md").write_text(
            f"---\n{json.dumps({'title': f'Vườn {name}', 'url': url}, ensure_ascii=False)}\n---\n"
            f"Vườn thuốc {name} ở Lào Cai rộng {len(url)} ha, do hợp tác xã {name} trồng.\n",
            encoding="utf-8",
        )
    # A first line of nothing but marks leaves the file name for a title.
    (folder / FILE_NAME).write_text("***\n\nKho thóc Ngọc Lan ở Thái Bình chứa 480 tấn thóc giống.\n", encoding="utf-8")
    record = {
        "id": "../../etc/passwd<script>",
        "title": f"Cầu {FORM} treo {OVERLAY} mới",
        "publisher": BREAKOUT,
        "author": ADDRESSES,
        "url": "JaVaScRiPt:alert(1)",
        "body": f"Cầu treo Tử Đinh ở Hà Giang dài 96 mét. {OVERLAY} {FRAME}",
    }
    (folder / "ban-ghi.jsonl").write_text(json.dumps(record, ensure_ascii=False) + "\n", encoding="utf-8")
