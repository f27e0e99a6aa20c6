"""Text of before Unicode comes through as Unicode; clean text of any language stays as it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docs_store import LoadError, PageNote
from docs_store.vietnamese import accented_syllables
from indexer.legacy import decode, repair
from indexer.legacy.syllables import is_syllable
from indexer.loaders import load
from indexer.reading import read_file

from .benchmarks.legacy import (
    WRITERS,
    write_tcvn3,
    write_viqr,
    write_viscii,
    write_vni,
    write_vps,
    write_windows_1258,
)

SENTENCE = (
    "Sáng nay, Thứ trưởng dự lễ khánh thành trung tâm dữ liệu và phát biểu: kỹ sư trẻ là nguồn lực quý "
    "để đưa khoa học về từng xã, từng bản; mỗi huyện sẽ nhận chín máy đo độ mặn."
)
ENGLISH = "The ministry opened a data centre yesterday. What is it? Yes, it is for e-government (see annex A.1)."
FRENCH = "Où est passé l’été ? Là-bas, près du château, l’élève préféré a dû répéter « déjà vu » à sa mère très âgée."
UNACCENTED = "Bo Khoa hoc va Cong nghe to chuc hoi nghi o Ha Noi. Ban co tham du khong? Co. Toi di ve nha."
CODE = "for (i = 0; i < n; i++) { data(i) = a(i)^2 + u+v; if (o^x) foo('a', \"e?\"); } // to~do: e.g. dd if=/dev/zero"
TABLE = "2019 | 1.234,5 | 12 %\n2020 | 1.301,0 | −3 % | 5 µm ± 2 µm | 12 m² | ½ | 30 °C | § 5 | © 2020 | n°2, n°3"
ADDRESSES = "Liên hệ: a.nguyen@example.gov.vn, https://example.vn/tin?id=a.b~c+u#o^ hoặc www.example.org/~ddoan/?a=e'"


# --- bytes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("write", "encoding"),
    [
        (str.encode, ""),
        (lambda text: text.encode("utf-8-sig"), ""),
        (lambda text: text.encode("utf-16"), ""),
        (lambda text: text.encode("utf-16-le"), ""),
        (lambda text: text.encode("utf-16-be"), ""),
        (lambda text: text.encode("utf-32"), ""),
        (write_tcvn3, "TCVN3 (ABC)"),
        (write_vni, "VNI"),
        (write_viqr, "VIQR"),
        (write_windows_1258, "windows-1258"),
        (write_viscii, "VISCII"),
        (write_vps, "VPS"),
        (lambda text: text.encode().decode("latin-1").encode(), "UTF-8 hai lần"),
    ],
)
def test_a_file_in_any_encoding_is_read_and_named(write: Callable[[str], bytes], encoding: str) -> None:
    assert decode(write(SENTENCE)) == (SENTENCE, encoding)


@pytest.mark.parametrize("text", ["Điều 1. Phạm vi", "Plain English.", "Hà Nội"])
def test_utf_16_without_its_mark_is_known_even_when_short(text: str) -> None:
    assert decode(text.encode("utf-16-le")) == (text, "")
    assert decode(text.encode("utf-16-be")) == (text, "")


def test_bytes_as_a_known_table_gives_them() -> None:
    # Written out by hand, not by our own tables.
    assert decode(b"C\xe9ng h\xdfa x\xb7 h\xe9i ch\xf1 ngh\xdca Vi\xd6t Nam").text == "Cộng hòa xã hội chủ nghĩa Việt Nam"
    assert decode(b"Co\xe4ng ho\xf8a xa\xf5 ho\xe4i chu\xfb ngh\xf3a Vie\xe4t Nam").text == "Cộng hòa xã hội chủ nghĩa Việt Nam"
    assert decode(b"Co^.ng ho`a xa~ ho^.i chu? nghi~a Vie^.t Nam").text == "Cộng hòa xã hội chủ nghĩa Việt Nam"
    assert decode(b"C\xf4\xf2ng ho\xcca xa\xde h\xf4\xf2i chu\xd2 nghi\xdea Vi\xea\xf2t Nam").text == (
        "Cộng hòa xã hội chủ nghĩa Việt Nam"
    )


def test_tcvn3_capitals_and_the_quotation_marks_of_word_are_kept() -> None:
    assert decode(b"B\xe9 khoa h\xe4c: \x93\xae\xe6i m\xedi\x94 \x96 VI\xd6T NAM, \xa7\xb5 N\xbdng").text == (
        "Bộ khoa học: “đổi mới” – VIỆT NAM, Đà Nẵng"
    )


def test_other_languages_in_8_bits_stay_themselves() -> None:
    assert decode(FRENCH.encode("cp1252")) == (FRENCH, "windows-1252")
    russian = "Министерство науки открыло новый центр обработки данных для всех граждан страны."
    assert decode(russian.encode("cp1251"), "windows-1251") == (russian, "cp1251")


def test_a_declared_encoding_is_a_hint_that_may_lie() -> None:
    assert decode(SENTENCE.encode(), "windows-1252") == (SENTENCE, "")
    assert decode(write_tcvn3(SENTENCE), "utf-8") == (SENTENCE, "TCVN3 (ABC)")
    assert decode(write_vni(SENTENCE), "windows-1252") == (SENTENCE, "VNI")


def test_a_damaged_byte_does_not_cost_the_rest_of_the_file() -> None:
    text, encoding = decode(SENTENCE.encode() * 3 + "ễ".encode()[:2])
    assert text == SENTENCE * 3 + "\ufffd"
    assert encoding == "UTF-8 hỏng"


def test_the_marks_of_a_sound_file_stay_as_they_were_written() -> None:
    decomposed = unicodedata.normalize("NFD", SENTENCE)
    assert decode(decomposed.encode()) == (decomposed, "")


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 40, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0\1\2\3" * 99, b"MZ\0\3\0\0\0" * 50]
)
def test_binary_content_is_no_text(data: bytes) -> None:
    with pytest.raises(LoadError, match="không phải văn bản"):
        decode(data)


# --- VIQR -----------------------------------------------------------------------------------------


def test_viqr_full_stops_are_told_from_tones_without_escapes() -> None:
    written = b"Ho. ddi ve^` nha`. Bo^. Khoa ho.c mo+? lo+'p o+? Hue^'. Chi. Lan ho?i: ba.n ddi dda^u? To^i ddi xa."
    assert decode(written).text == "Họ đi về nhà. Bộ Khoa học mở lớp ở Huế. Chị Lan hỏi: bạn đi đâu? Tôi đi xa."


def test_viqr_escapes_are_undone() -> None:
    assert decode(rb"Vie^.t Nam co' ba\. Tha^.t o+? dda^u\? Ddu+o+ng nhie^n o+? dda^y\.").text == (
        "Việt Nam có ba. Thật ở đâu? Đương nhiên ở đây."
    )


def test_english_and_addresses_in_a_viqr_letter_stay() -> None:
    letter = f"{ENGLISH}\n\n{write_viqr(SENTENCE).decode()}\n\nE-mail: a.nguyen@moha.gov.vn\n\n{ENGLISH}\n"
    assert decode(letter.encode()).text == f"{ENGLISH}\n\n{SENTENCE}\n\nE-mail: a.nguyen@moha.gov.vn\n\n{ENGLISH}\n"


# --- Unicode text with legacy letters inside --------------------------------------------------------


@pytest.mark.parametrize(
    "name", [name for name in WRITERS if "qua" in name or "hai lần" in name or name in ("NFD", "UTF-8 ba lần")]
)
def test_extracted_text_is_put_right(name: str) -> None:
    written = WRITERS[name](SENTENCE)
    found = decode(written) if isinstance(written, bytes) else repair(written)
    assert found.text == SENTENCE
    assert bool(found.encoding) == (name != "NFD")


def test_a_legacy_heading_in_a_unicode_article_and_english_between_legacy_paragraphs() -> None:
    legacy = write_tcvn3(SENTENCE).decode("latin-1")
    heading = write_tcvn3("Nghị quyết về phát triển khoa học").decode("cp1252")
    assert repair(f"{heading}\n\n{SENTENCE}\n{FRENCH}").text == f"Nghị quyết về phát triển khoa học\n\n{SENTENCE}\n{FRENCH}"
    assert repair(f"{legacy}\n{ENGLISH}\n\n{FRENCH}\n{legacy}").text == f"{SENTENCE}\n{ENGLISH}\n\n{FRENCH}\n{SENTENCE}"


def test_two_encodings_in_one_document_are_both_named() -> None:
    text = "\n".join([write_tcvn3(SENTENCE).decode("cp1252"), SENTENCE, write_vni(SENTENCE).decode("cp1252")])
    assert repair(text) == ("\n".join([SENTENCE] * 3), "TCVN3 (ABC), VNI")


def test_a_short_paragraph_follows_the_document_around_it() -> None:
    assert repair("B¸o").text == "B¸o"  # alone it proves nothing
    legacy = write_tcvn3(SENTENCE).decode("cp1252")
    assert repair(f"{legacy}\nKhã\n{legacy}").text == f"{SENTENCE}\nKhó\n{SENTENCE}"


def test_a_font_decides_what_the_words_cannot() -> None:
    assert repair("§", [".VnTime"]) == ("Đ", "TCVN3 (ABC)")
    assert repair("B¸o", ["ABCDEF+.VnTime"]).text == "Báo"
    assert repair("viÖt nam", ["/ABCDEF+.VnTimeH,Bold"]).text == "VIỆT NAM"
    assert repair("vieät nam", ["VNI-Times"]) == ("việt nam", "VNI")
    assert repair("nguyÔn", [".VnArial NarrowH", ".VnTime"]).text == "nguyễn"


def test_a_legacy_font_name_on_unicode_text_changes_nothing() -> None:
    assert repair(SENTENCE, [".VnTime"]) == (SENTENCE, "")


def test_beside_a_unicode_font_a_legacy_font_is_only_a_hint() -> None:
    assert repair(f"B¸o c¸o\n{SENTENCE}", [".VnTime", "TimesNewRoman"]) == (f"Báo cáo\n{SENTENCE}", "TCVN3 (ABC)")
    assert repair(FRENCH, [".VnTime", "Arial"]) == (FRENCH, "")


def test_the_letter_oi_that_pdf_writers_put_for_horned_u_is_put_right() -> None:
    assert repair("LƢU TRỮ: phƣơng pháp").text == "LƯU TRỮ: phương pháp"


@pytest.mark.parametrize("text", [SENTENCE, ENGLISH, FRENCH, UNACCENTED, CODE, TABLE, ADDRESSES, "Là bé Hà.", "Ô, à, ế!", ""])
def test_clean_text_stays_as_it_is(text: str) -> None:
    assert repair(text) == (text, "")
    assert decode(text.encode()) == (text, "")


def test_both_places_of_the_tone_stay_and_are_found_alike() -> None:
    old, new = "hòa bình, thúy, khỏe", "hoà bình, thuý, khoẻ"
    assert (repair(old).text, repair(new).text) == (old, new)
    assert accented_syllables(old) == accented_syllables(new)


def test_only_letters_and_their_marks_are_composed() -> None:
    text = "Å Ω ﬁ ² ½ Ⅳ"
    assert repair(f"{text} Vie\u0302\u0323t") == (f"{text} Việt", "")
    run = "a" + "\u0301" * 50  # no writing
    assert repair(run).text == run


# --- what a syllable is -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    [
        "nghiêng",
        "khuya",
        "quyết",
        "gì",
        "giếng",
        "hoà",
        "hòa",
        "thuỷ",
        "thủy",
        "Quốc",
        "NGOẰN",
        "yêu",
        "ươn",
        "xoong",
        "ý",
        "Đắc",
        "uống",
    ],
)
def test_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["été", "fá", "kà", "ngĩ", "cêt", "cát̉", "nhảc", "vIệt", "quôk", "où", "þú", "bắch", "hưòa"])
def test_what_looks_like_syllables_and_is_none(word: str) -> None:
    assert not is_syllable(word)


# --- loaders ----------------------------------------------------------------------------------------


def test_a_converted_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(write_vni(SENTENCE))
    (tmp_path / "b.md").write_bytes(write_tcvn3(f"---\ntitle: Tin tức\n---\n{SENTENCE}"))
    (tmp_path / "c.txt").write_text(SENTENCE, encoding="utf-8")
    texts = [load(tmp_path / name) for name in ("a.txt", "b.md", "c.txt")]
    assert [one.pages for one in texts] == [(SENTENCE,)] * 3
    assert [one.notes for one in texts] == [
        (PageNote(0, "converted", "VNI"),),
        (PageNote(0, "converted", "TCVN3 (ABC)"),),
        (),
    ]
    assert texts[1].title == "Tin tức"


@pytest.mark.parametrize("as_entities", [False, True])
def test_a_web_page_whose_charset_lies(tmp_path: Path, as_entities: bool) -> None:
    title, body = write_tcvn3("Khánh thành trung tâm dữ liệu"), write_tcvn3(SENTENCE)
    if as_entities:
        title, body = (text.decode("latin-1").encode("ascii", "xmlcharrefreplace") for text in (title, body))
    page = b'<html><head><meta charset="windows-1252"><title>%s</title></head><body><article><h1>%s</h1><p>%s</p><p>%s</p>'
    (tmp_path / "a.html").write_bytes(page % (title, title, body, body.replace(b"S", b"s")))
    document = read_file(tmp_path / "a.html")
    assert document.title == "Khánh thành trung tâm dữ liệu"
    assert SENTENCE in document.pages[0]
    assert document.notes == (PageNote(0, "converted", "TCVN3 (ABC)"),)


# --- properties -------------------------------------------------------------------------------------

# Syllables that no two encodings spell alike, and a few that they do.
WORDS = st.lists(st.sampled_from(SENTENCE.replace(",", "").lower().split()), min_size=12, max_size=60, unique=True)


@settings(max_examples=60, deadline=None)
@given(WORDS, st.sampled_from(sorted(WRITERS)))
def test_reading_undoes_writing(words: list[str], name: str) -> None:
    text = " ".join(words) + " xong."  # at the very end, a VIQR sign is the sentence's
    written = WRITERS[name](text)
    found = decode(written) if isinstance(written, bytes) else repair(written)
    assert unicodedata.normalize("NFC", found.text) == text


SOUP = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from([SENTENCE[:40], FRENCH[:40], "ƣ", "\n", " "]),
        st.sampled_from([write_tcvn3(SENTENCE).decode("cp1252", "replace"), write_vni(SENTENCE).decode("latin-1")]),
        st.binary(max_size=12).map(lambda data: data.decode("latin-1")),
        st.text("aeouyàâÃ©»µ\u0301\u0302\xa0\xad ", max_size=20),
    ),
    max_size=8,
).map("".join)


@settings(max_examples=200, deadline=None)
@given(SOUP)
def test_repairing_twice_is_repairing_once(text: str) -> None:
    once = repair(text).text
    assert repair(once).text == once


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=8))
def test_any_bytes_are_text_or_refused_with_a_reason(data: bytes, declared: str) -> None:
    with suppress(LoadError):  # any other exception is a fault
        decode(data, declared)
