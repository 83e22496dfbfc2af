"""Reads a page of a listing as a browser would, by the HTML parser of the standard library, and prints
what it found as JSON: the title, all tags, the links with their texts, the rows of the table."""

import json
import sys
from html.parser import HTMLParser


class Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.tags = []
        self.links = []
        self.rows = []
        self.attributes = []
        self.open = []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attributes]
        self.open.append(tag)
        if tag == "a":
            self.links.append([dict(attributes)["href"], ""])
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append("")
        if tag == "meta":
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if "title" in self.open:
            self.title += data
        if "a" in self.open:
            self.links[-1][1] += data
        if "th" in self.open or "td" in self.open:
            self.rows[-1][-1] += data


reader = Reader()
reader.feed(sys.stdin.buffer.read().decode("utf-8", errors="strict"))
reader.close()
assert not reader.open, reader.open
json.dump(
    {
        "title": reader.title,
        "tags": sorted(set(reader.tags)),
        "attributes": sorted(set(reader.attributes)),
        "links": reader.links,
        "rows": reader.rows,
    },
    sys.stdout,
)
