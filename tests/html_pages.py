# ruff: noqa: E501 (markup is easier to read unbroken)
"""Web pages built the way Vietnamese sites build theirs; every word is ours.

Each has the same story, so that a test can say what must be in the text and what must not.
"""

from __future__ import annotations

TITLE = "Bộ công bố ba tiêu chuẩn mới về trạm sạc xe điện"
LEAD = "Ba tiêu chuẩn quốc gia về trạm sạc xe điện vừa được công bố, có hiệu lực từ ngày 1/7/2024 trên cả nước."
BODY = (
    "Sáng 5/6, Bộ Khoa học và Công nghệ công bố ba tiêu chuẩn quốc gia về trạm sạc, xây dựng trên cơ sở tiêu chuẩn của IEC.",
    "Theo ông Trần Văn Nam, trưởng ban soạn thảo, trạm sạc phải có bộ ngắt tự động và vỏ chống nước.",
    "“Người dùng cần yên tâm mỗi lần cắm sạc”, ông Nam nói tại lễ công bố ở Hà Nội.",
    "Các địa phương rà soát trạm sạc đang hoạt động và báo cáo trước ngày 30/9.",
)
NOISE = (
    "Giá vàng hôm nay tăng mạnh", "Mưa lớn ở miền Trung kéo dài", "Kỹ sư kiểm tra trạm sạc ở quận Cầu Giấy. Ảnh: Minh An",
    "Bài viết hay quá, cảm ơn tòa soạn nhiều lắm", "Liên hệ quảng cáo", "Chia sẻ bài viết", "Trang chủ", "Đăng ký nhận bản tin",
    "Thứ Ba, 24/11/2026", "xe điện, trạm sạc",
)  # fmt: skip
GOLD, RAIN, CAPTION, COMMENT, ADVERT, SHARE, HOME, NEWSLETTER, CLOCK, TAGS = NOISE


def _p(attributes: str = "", tag: str = "p") -> str:
    return "\n".join(f"<{tag}{attributes}>{text}</{tag}>" for text in BODY)


def _page(body: str, head: str = "", html: str = ' lang="vi"') -> str:
    return (
        f'<!DOCTYPE html><html{html}><head><meta charset="utf-8"><title>{TITLE}</title>{head}</head><body>{body}</body></html>'
    )


def like_vnexpress() -> str:
    """h1.title-detail, p.description, article.fck_detail, the author in the last paragraph, to the right."""
    head = f"""<meta property="og:site_name" content="Báo Mẫu"><meta property="og:title" content="{TITLE} - Báo Mẫu">
    <meta name="pubdate" content="2024-06-05T08:30:00+07:00"><meta name="lastmod" content="2024-06-06T09:00:00+07:00">
    <meta property="og:url" content="https://baomau.example/tram-sac-4754321.html"><meta name="author" content="Báo Mẫu">"""
    body = f"""<header class="section top-header"><span class="time-now">{CLOCK}</span><a href="/">{HOME}</a></header>
    <section class="section main-nav"><ul class="menu"><li><a href="/kinh-doanh">{GOLD}</a></li></ul></section>
    <section class="section page-detail"><div class="container"><div class="sidebar-1">
    <div class="header-content"><ul class="breadcrumb"><li><a href="/">{HOME}</a></li><li><a href="/so-hoa">Khoa học</a></li></ul>
    <span class="date">Thứ tư, 5/6/2024, 08:30 (GMT+7)</span></div>
    <h1 class="title-detail">{TITLE}</h1><p class="description">{LEAD}</p>
    <article class="fck_detail">{_p(' class="Normal"')}
    <figure class="tplCaption"><picture><img src="a.jpg"></picture><figcaption><p class="Image">{CAPTION}</p></figcaption></figure>
    <p class="Normal" style="text-align:right;"><strong>Minh An</strong></p></article>
    <div class="social_pin"><a href="#" class="share">{SHARE}</a></div>
    <div class="tags"><h4 class="item-tag"><a href="/tag">{TAGS}</a></h4></div></div>
    <div class="sidebar-2"><p class="box_ads">{ADVERT}</p></div></div></section>
    <section class="section" id="box_comment"><div class="content-comment"><p class="full_content">{COMMENT}</p></div></section>
    <div class="list-news"><article><h3><a href="/mua">{RAIN}</a></h3></article></div><footer class="footer">{NEWSLETTER}</footer>"""
    return _page(body, head)


def like_dantri() -> str:
    """h1.title-page, h2.singular-sapo, div.singular-content; JSON-LD in a list, with time[datetime]."""
    head = f"""<link rel="canonical" href="https://baomau.example/tram-sac.htm"><script type="application/ld+json">[{{"@context":
    "https://schema.org","@type":"WebSite","name":"Báo Mẫu"}},{{"@type":"NewsArticle","headline":"{TITLE}","description":"{LEAD}",
    "datePublished":"2024-06-05T08:30:00+07:00","dateModified":"2024-06-06T08:30:00+07:00","articleSection":"Khoa học",
    "author":[{{"@type":"Person","name":"Minh An"}}],"publisher":{{"@type":"Organization","name":"Báo Mẫu"}}}}]</script>"""
    body = f"""<header><nav><a href="/">{HOME}</a></nav></header><main><article class="singular-container">
    <h1 class="title-page detail">{TITLE}</h1><div class="author-wrap"><div class="author-name"><b>Minh An</b></div>
    <time class="author-time" datetime="2024-06-05 08:30">Thứ tư, 05/06/2024 - 08:30</time></div>
    <h2 class="singular-sapo">(Báo Mẫu) - {LEAD}</h2><div class="singular-content">{_p()}
    <figure class="image align-center"><img src="a.jpg"><figcaption><p>{CAPTION}</p></figcaption></figure></div>
    <ul class="tags-wrap tags"><li><a href="/t">{TAGS}</a></li></ul></article>
    <article class="related"><h3>Tin liên quan</h3><a href="/vang">{GOLD}</a><a href="/mua">{RAIN}</a></article></main>
    <div class="comments">{COMMENT}</div><aside>{ADVERT}</aside>"""
    return _page(body, head)


def like_tuoitre() -> str:
    """div.detail-cmain with h2.detail-sapo, div.detail-content.afcbc-body, photo boxes with PhotoCMS_Caption."""
    head = f"""<meta property="og:title" content="{TITLE}"><meta property="og:site_name" content="BÁO MẪU">
    <meta property="article:published_time" content="2024-06-05T08:30:00"><meta property="article:section" content="Khoa học">
    <meta property="article:author" content="https://facebook.example/baomau">
    <link rel="canonical" href="/tram-sac-2024060508300000.htm"><base href="https://baomau.example/">"""
    body = f"""<div class="header"><div class="header__date today">{CLOCK}</div></div><div class="detail__page"><div class="detail__cmain">
    <h1 class="detail-title article-title" data-role="title">{TITLE}</h1>
    <div class="detail-author"><a class="name" href="/tac-gia/an">MINH AN</a></div>
    <div class="detail-time"><div data-role="publishdate">05/06/2024 08:30 GMT+7</div></div>
    <div class="detail-cmain clearfix"><h2 class="detail-sapo" data-role="sapo">{LEAD}</h2>
    <div class="detail-content afcbc-body" itemprop="articleBody" data-role="content">
    <div class="VCSortableInPreviewMode" type="Photo"><div><img src="a.jpg"></div>
    <div class="PhotoCMS_Caption"><p>{CAPTION}</p></div></div>{_p()}
    <div class="VCSortableInPreviewMode" type="RelatedOneNews"><div class="related__box"><a href="/v">{GOLD}</a><p>{RAIN}</p></div></div>
    </div><div class="detail-tab">{SHARE}</div></div></div></div><div class="detail__comment comment-wrapper">{COMMENT}</div>"""
    return _page(body, head, ' lang="vi-VN"')


def like_vietnamplus() -> str:
    """h1.article__title.cms-title, div.article__sapo, div.article__body.cms-body; facts by itemprop."""
    body = f"""<div class="l-nav"><a href="/">{HOME}</a></div><div class="content-col" itemscope itemtype="https://schema.org/NewsArticle">
    <div class="breadcrumbs"><a href="/">{HOME}</a> <a href="/khoa-hoc">Khoa học</a></div>
    <h1 class="article__title cms-title" itemprop="headline">{TITLE}</h1><div class="article__sapo cms-desc">{LEAD}</div>
    <div class="article__meta"><span class="author" itemprop="author">Minh An</span>
    <time class="time" itemprop="datePublished" datetime="2024-06-05T08:30:00+0700">05/06/2024 08:30</time></div>
    <div class="article__body zce-content-body cms-body" itemprop="articleBody">{_p()}
    <table class="picture"><tr><td class="pic"><img src="a.jpg"></td></tr><tr><td class="caption">{CAPTION}</td></tr></table>
    <div class="sda_middle ads">{ADVERT}</div><p class="cms-author">(TTX Mẫu/Báo Mẫu+)</p></div>
    <div class="article__tag tags"><a href="/t">{TAGS}</a></div></div><div class="article__story related-news"><a href="/m">{RAIN}</a></div>
    <meta itemprop="publisher" content="Báo Mẫu">"""
    return _page(body, '<link rel="canonical" href="https://baomau.example/tram-sac-post957001.vnp">')


def like_chinhphu() -> str:
    """A government newspaper: no JSON-LD, Dublin Core, 'Cập nhật lúc' beside the headline, a bold lead."""
    head = f"""<meta name="DC.title" content="{TITLE}"><meta name="DC.publisher" content="Cổng tin Mẫu">
    <meta name="DC.language" content="vi"><meta name="DC.creator" content="Minh An">"""
    body = f"""<div id="header"><div class="currentdate">{CLOCK} | 10:11</div></div><div id="wrapper"><div class="path-way"><a href="/">{HOME}</a>
    <a href="/kh">Khoa học</a></div><div class="main"><h1>{TITLE}</h1><div class="info">Cập nhật lúc 08:30, ngày 5/6/2024 (GMT+7)</div>
    <p><strong>{LEAD}</strong></p>{_p(' style="text-align:justify"')}
    <p>Đọc thêm: <a href="/vang">{GOLD}</a></p><p>&gt;&gt; <a href="/mua">{RAIN}</a></p></div></div>
    <div class="footer"><p>{ADVERT}</p></div>"""
    return _page(body, head, "")


def sharepoint_portal() -> str:
    """A ministry's portal on ASP.NET: one form around all, tables for layout, lang left at the template's 'en'."""
    links = "".join(f'<tr><td><a href="/{n}.aspx">{GOLD} lần {n}</a></td></tr>' for n in range(12))
    body = f"""<form id="aspnetForm" method="post" action="tin.aspx"><input type="hidden" name="__VIEWSTATE" value="{"dDw" * 900}">
    <table width="1000"><tr><td colspan="3"><table><tr><td>{CLOCK}</td><td><a href="/">{HOME}</a></td></tr></table></td></tr>
    <tr><td width="200"><table class="menu">{links}</table></td><td>
    <table><tr><td class="title"><h1>{TITLE}</h1></td></tr><tr><td><span class="ngay">Thứ Tư, 05/06/2024 | 08:30</span></td></tr>
    <tr><td><p>{LEAD}</p><div class="ExternalClass1F">{_p(tag="div")}</div>
    <table border="1"><tr><th>Năm</th><th>Số trạm</th></tr><tr><td>2023</td><td>1.200</td></tr><tr><td>2024</td><td></td></tr></table>
    </td></tr><tr><td align="right"><b>Minh An</b></td></tr></table></td>
    <td width="200"><table>{links}</table></td></tr></table></form>"""
    head = (
        '<meta property="og:site_name" content="Cổng thông tin Bộ Mẫu"><meta name="description" content="Cổng tin của Bộ Mẫu">'
    )
    return _page(body, head, ' dir="ltr" lang="en-us"')


def liferay_portal() -> str:
    """A Liferay portal: div.journal-content-article, text in one div with <br><br>."""
    text = "<br><br>".join(BODY)
    body = f"""<div id="banner"><div class="today">{CLOCK}</div></div><nav>{HOME}</nav><div class="portlet-body">
    <div class="asset-full-content"><h1 class="title">{TITLE}</h1><span class="metadata-publish-date date">05/06/2024</span>
    <div class="journal-content-article"><div class="sapo">{LEAD}</div>{text}<br>Nguồn: Bộ Khoa học và Công nghệ</div></div></div>
    <div class="asset-related-assets related"><ul><li><a href="/1">{GOLD}</a></li></ul></div>"""
    return _page(body, '<meta property="og:site_name" content="Sở Mẫu">')


def legal_document(articles: int = 53) -> str:
    """A page of a decree: the table of properties, then its articles, each <p> a point of it."""
    rows = (
        ("Số ký hiệu", "12/2024/TT-BKHCN"), ("Ngày ban hành", "05/06/2024"), ("Ngày có hiệu lực", "01/08/2024"),
        ("Loại văn bản", "Thông tư"), ("Cơ quan ban hành", "Bộ Khoa học và Công nghệ"), ("Người ký", "Trần Văn Nam"),
    )  # fmt: skip
    table = "".join(f"<tr><td>{label}</td><td>{value}</td></tr>" for label, value in rows)
    text = "".join(
        f'<p><a name="dieu_{n}"></a><b>Điều {n}. Quy định thứ {n}</b></p><p>1. Cơ quan, tổ chức thực hiện việc thứ {n}.</p>'
        f"<p>2. Kinh phí của việc thứ {n} do ngân sách bảo đảm.</p>"
        for n in range(1, articles + 1)
    )
    links = "".join(f'<li><a href="/vb/{n}">Thông tư số {n}/2020/TT-BKHCN</a></li>' for n in range(15))
    body = f"""<div class="top">{CLOCK}</div><div class="box-left"><ul>{links}</ul></div><div class="vb"><h1>Thông tư về trạm sạc</h1>
    <table class="table">{table}</table><div class="toanvan"><p align="center"><b>THÔNG TƯ</b></p>{text}
    <p align="right"><b>BỘ TRƯỞNG</b></p><p align="right"><b>Trần Văn Nam</b></p></div></div>
    <div class="vb-lien-quan lien-quan"><h3>Văn bản liên quan</h3><ul>{links}</ul></div>"""
    head = '<meta property="og:site_name" content="Cơ sở dữ liệu Mẫu"><meta property="article:published_time" content="2024-07-20">'
    return _page(body, head)


def wordpress() -> str:
    """WordPress with an SEO plugin: JSON-LD in @graph with references by @id, true UTC, div.entry-content."""
    graph = f"""{{"@context":"https://schema.org","@graph":[{{"@type":"Article","@id":"https://hoi.example/#article",
    "headline":"{TITLE} &#8211; tin","datePublished":"2024-06-04T18:30:00+00:00","author":{{"@id":"https://hoi.example/#/person/1"}},
    "publisher":{{"@id":"https://hoi.example/#organization"}}}},{{"@type":"BreadcrumbList","itemListElement":[
    {{"@type":"ListItem","position":1,"name":"Trang chủ"}},{{"@type":"ListItem","position":2,"name":"Khoa học"}},
    {{"@type":"ListItem","position":3,"name":"{TITLE}"}}]}},{{"@type":"Organization","@id":"https://hoi.example/#organization",
    "name":"Hội Mẫu"}},{{"@type":"Person","@id":"https://hoi.example/#/person/1","name":"Minh An"}},]}}"""
    body = f"""<div class="site has-sidebar"><header id="masthead"><h1 class="site-title"><a href="/">Hội Mẫu</a></h1></header>
    <article class="post"><header class="entry-header"><h1 class="entry-title">{TITLE}</h1><div class="entry-meta">
    <span class="posted-on"><time class="entry-date published">5 Tháng Sáu, 2024</time></span></div></header><div class="entry-content">
    <p>{LEAD}</p>{_p()}<h2>Việc cần làm</h2><ul><li>Kiểm tra vỏ chống nước</li><li>Gửi báo cáo</li></ul>
    <ol><li>Bước một</li><li>Bước hai</li></ol><blockquote><p>Không để trạm sạc thành mối lo.</p></blockquote>
    <div class="wp-caption"><img src="a"><p class="wp-caption-text">{CAPTION}</p></div>
    <div class="sharedaddy sd-sharing-enabled share">{SHARE}</div></div><footer class="entry-footer"><span class="tags-links">
    <a href="/t">{TAGS}</a></span></footer></article><div id="comments" class="comments-area"><p>{COMMENT}</p></div>
    <div id="secondary" class="widget-area sidebar"><p>{ADVERT}</p></div></div>"""
    return _page(body, f'<script type="application/ld+json" class="yoast-schema-graph">{graph}</script>')


def saved_by_browser() -> str:
    """A plain page as a browser saves it: the address in a comment, pictures as data: URIs, no names to go by."""
    picture = "data:image/png;base64," + "iVBORw0KGgo" * 5000
    paragraphs = "".join(f"<div>{text}</div>" for text in (LEAD, *BODY))
    return (
        "<!DOCTYPE html>\n<!-- saved from url=(0041)https://somau.example.vn/tin/tram-sac.html -->\n"
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"><title>{TITLE} | Sở Mẫu</title></head><body>'
        f'<div class="x1"><a href="/">{HOME}</a> <a href="/a">{GOLD}</a></div><div class="x2"><h1>{TITLE}</h1><div>Thứ Tư, 05/06/2024</div>'
        f'<img src="{picture}"><div class="x3">{paragraphs}</div></div><div class="x4"><a href="/m">{RAIN}</a></div></body></html>'
    )


def amp() -> str:
    """An AMP page: <html ⚡>, amp-img with a caption, amp-sidebar, canonical to the full page."""
    head = '<link rel="canonical" href="https://baomau.example/tram-sac.html"><style amp-boilerplate>body{}</style>'
    body = f"""<amp-sidebar id="s"><ul><li><a href="/">{HOME}</a></li></ul></amp-sidebar><article><h1>{TITLE}</h1>
    <p class="sapo">{LEAD}</p><amp-img src="a.jpg"></amp-img><figcaption>{CAPTION}</figcaption>{_p()}<amp-ad>{ADVERT}</amp-ad></article>"""
    return _page(body, head, " ⚡ lang=vi")


def xhtml() -> str:
    """XHTML with an XML declaration, tags closed in themselves and CDATA."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="vi"><head><title>{TITLE}</title><script src="a.js"/></head>
<body><div id="x"/><h1>{TITLE}</h1><p><a name="dau"/>{LEAD}</p><p><![CDATA[{BODY[0]}]]></p>{_p()[len(f"<p>{BODY[0]}</p>") :]}</body></html>"""


def short_news() -> str:
    """News of two sentences among much else."""
    links = "".join(f'<li><a href="/tin-{n}">{GOLD} lần thứ {n}</a><p>{RAIN}</p></li>' for n in range(20))
    return _page(f"""<div class="top"><a href="/">{HOME}</a></div><div class="left"><h1>{TITLE}</h1><p>{BODY[0]}</p><p>{BODY[3]}</p></div>
    <div class="right"><ul>{links}</ul></div>""")


def home_page() -> str:
    """A front page: headlines with their first lines."""
    teasers = "".join(f'<article><h3><a href="/t{n}">{TITLE} lần {n}</a></h3><p>{LEAD}</p></article>' for n in range(15))
    return _page(
        f'<h1><a href="/">Báo Mẫu</a></h1><div class="main">{teasers}</div>', '<meta property="og:type" content="website">'
    )


def search_results() -> str:
    """A page of links that a search found."""
    items = "".join(f'<li><a href="/t{n}">{TITLE}, phần {n}</a></li>' for n in range(20))
    return _page(f"<h1>Kết quả tìm kiếm: trạm sạc</h1><p>Tìm thấy 20 kết quả cho từ khóa trạm sạc.</p><ul>{items}</ul>")


def login_page() -> str:
    """A page that wants a password."""
    return _page("""<h1>Đăng nhập hệ thống</h1><form><p>Vui lòng đăng nhập bằng tài khoản công vụ để tiếp tục.</p>
    <label>Tên</label><input name="u"><label>Mật khẩu</label><input type="password" name="p"><button>Đăng nhập</button></form>""")


def script_only() -> str:
    """A page that a script would fill."""
    return _page("""<div id="root">Đang tải...</div><noscript>Trình duyệt cần bật JavaScript để xem được trang này của chúng tôi.</noscript>
    <script>window.__DATA__ = {"title": "Tin trong mã"}</script>""")
