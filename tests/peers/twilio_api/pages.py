"""Lists, page by page: newest first, going on after the last one seen."""

from urllib.parse import urlencode


class Page:
    """What a handler returns that lists: the rows, and how their key is called."""

    def __init__(self, key, records, show, whole=False):
        self.key, self.show, self.whole = key, show, whole
        self.records = sorted(records, key=lambda record: -record["_seq"])


def _cut(page, fields):
    size, number = fields.get("PageSize", 50), fields.get("Page", 0)
    token = fields.get("PageToken")
    rest = page.records
    if token is not None:
        rest = [record for record in rest if record["_seq"] < int(token.removeprefix("PA"), 16)]
    elif number:
        rest = rest[number * size :]
    rows, more = rest[:size], len(rest) > size
    following = f"PA{rows[-1]['_seq']:032x}" if more else None
    return size, number, rows, following


def _query(pairs, size, number, token=None):
    kept = [(name, value) for name, value in pairs if name not in ("PageSize", "Page", "PageToken")]
    kept += [("PageSize", size), ("Page", number)]
    return urlencode(kept + ([("PageToken", token)] if token else []))


def v2010(page, path, pairs, fields):
    size, number, rows, token = _cut(page, fields)
    answer = {page.key: [page.show(row) for row in rows]}
    if page.whole:
        # Numbers that may be bought have one page and say nothing of others.
        return answer | {"uri": path}

    def at(*where):
        return f"{path}?{_query(pairs, size, *where)}"

    start = number * size
    return answer | {
        "first_page_uri": at(0),
        "next_page_uri": at(number + 1, token) if token else None,
        "previous_page_uri": at(number - 1) if number else None,
        "uri": at(number),
        "page": number,
        "page_size": size,
        "start": start,
        "end": start + max(len(rows) - 1, 0),
    }


def v1(page, base, path, pairs, fields):
    size, number, rows, token = _cut(page, fields)

    def at(*where):
        return f"{base}{path}?{_query(pairs, size, *where)}"

    meta = {
        "first_page_url": at(0),
        "next_page_url": at(number + 1, token) if token else None,
        "previous_page_url": at(number - 1) if number else None,
        "url": at(number),
        "key": page.key,
        "page": number,
        "page_size": size,
    }
    return {page.key: [page.show(row) for row in rows], "meta": meta}
