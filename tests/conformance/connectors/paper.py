"""A PDF of one page, for targets that have none themselves."""

from __future__ import annotations


def drawn(text: str) -> bytes:
    """A PDF of one page with one line of text, for targets that have no PDF themselves."""
    safe = text.encode("ascii", "replace").decode().replace("\\", " ").replace("(", " ").replace(")", " ")
    stream = f"BT /F1 12 Tf 60 780 Td ({safe}) Tj ET"
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    text, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(text))
        text += f"{number} 0 obj{part}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer<</Size {len(parts) + 1}/Root 1 0 R>>\nstartxref\n{len(text)}\n%%EOF\n"
    return (text + f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}{end}").encode()
