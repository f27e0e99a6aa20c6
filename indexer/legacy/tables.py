"""The Vietnamese 8-bit encodings of before Unicode, as tables from byte to letter.

A row gives the sixteen letters of the bytes that begin with its hexadecimal digit; "·" leaves a byte as it is.
Sources: TCVN 5712:1993 and RFC 1456 (VISCII), both compared with glibc's iconv; the VPS and VNI fonts' own tables.
"""

from __future__ import annotations

# TCVN3, said ABC: what the .Vn fonts show. It has no toned capitals: the fonts ending in H draw small letters as capitals.
TCVN3 = """
A ·ĂÂÊÔƠƯĐăâêôơưđ·
B ·····àảãáạ·ằẳẵắ·
C ······ặầẩẫấậè·ẻẽ
D éẹềểễếệìỉ···ĩíịò
E ·ỏõóọồổỗốộờởỡớợù
F ·ủũúụừửữứựỳỷỹýỵ·
"""

# TCVN 5712-1 (VN1): the same with toned capitals at control codes, and combining tones.
TCVN_CAPITALS = """
0 ·ÚỤ·ỪỬỮ·········
1 ·ỨỰỲỶỸÝỴ········
8 ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨ
9 ÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ
A ·ĂÂÊÔƠƯĐăâêôơưđẰ
B \u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ
C ẮẦẨẪẤỀặầẩẫấậèỂẻẽ
D éẹềểễếệìỉỄẾỒĩíịò
E Ổỏõóọồổỗốộờởỡớợù
F ỖủũúụừửữứựỳỷỹýỵỐ
"""

VISCII = """
0 ··Ẳ··ẴẪ·········
1 ····Ỷ····Ỹ····Ỵ·
8 ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐ
9 ỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ
A Õắằặấầẩậẽẹếềểễệố
B ồổỗỠƠộờởịỰỨỪỬơớƯ
C ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳ
D ĐứÒÓÔạỷừửÙÚỹỵÝỡư
E àáâãảăữẫèéêẻìíĩỉ
F đựòóôõỏọụùúũủýợỮ
"""

VPS = """
0 ··ẠẬẶẸỆ·········
1 ỊỌỘỢỤỰ···Ỵ··ẪỮ··
8 ÀẢÃẤẦẨọỗĂếềểệẮẰẲ
9 Ế··ỀỂỄỐỒỔỖýỷỵỚỜỞ
A ·ắằẳẵặỠớÙờởỡŨỨợỪ
B ổỬỲỸÍÌộỈĨÓửữÒỎÕự
C ầÁÂấẩẫậđẻÉÊẹỉễịỹ
D ƯỦồốÔỏơÈừứÚũưÝẺ·
E àáâãảạăçèéêẽìíîĩ
F ẴĐòóôõöƠụùúủüỶẼỳ
"""

# VNI-Windows writes a vowel, then a letter that stands for its marks; a few letters are one byte.
VNI_MARKS = {
    "a": dict(zip("ùøûõïâáàåãäêéèúüë", "áàảãạâấầẩẫậăắằẳẵặ", strict=True)),
    "e": dict(zip("ùøûõïâáàåãä", "éèẻẽẹêếềểễệ", strict=True)),
    "o": dict(zip("ùøûõïâáàåãä", "óòỏõọôốồổỗộ", strict=True)),
    "u": dict(zip("ùøûõï", "úùủũụ", strict=True)),
    "y": dict(zip("ùøûõ", "ýỳỷỹ", strict=True)),
    "ô": dict(zip("ùøûõï", "ớờởỡợ", strict=True)),
    "ö": dict(zip("ùøûõï", "ứừửữự", strict=True)),
}
VNI_LETTERS = dict(zip("íìæóòôöîñÍÌÆÓÒÔÖÎÑ", "íìỉĩịơưỵđÍÌỈĨỊƠƯỴĐ", strict=True))


def read_table(rows: str) -> dict[int, str]:
    """Return byte -> letter of a table above."""
    table = {}
    for row in rows.split("\n"):
        if row:
            digit, _, letters = row.partition(" ")
            table.update({int(digit, 16) * 16 + n: letter for n, letter in enumerate(letters) if letter != "·"})
    return table
