"""The reference server's test client: Python's http.client, on one persistent connection.

Reads requests from standard input, one `METHOD TARGET[ DATE]` per line, and writes each answer as
http.client parsed it, in the form of HTTP.
"""

import http.client
import sys

connection = http.client.HTTPConnection(sys.argv[1], timeout=20)
for line in sys.stdin:
    method, target, date = (line.rstrip("\n").split(" ", 2) + [""])[:3]
    headers = {"Connection": "keep-alive"}
    if date:
        headers["If-Modified-Since"] = date
    connection.request(method, target, headers=headers)
    response = connection.getresponse()
    version = {10: "HTTP/1.0", 11: "HTTP/1.1"}[response.version]
    head = [f"{version} {response.status} {response.reason}"]
    head += [f"{name}: {value}" for name, value in response.getheaders()]
    body = response.read()
    sys.stdout.buffer.write(("\r\n".join(head) + "\r\n\r\n").encode("latin-1") + body)
