"""Holds N idle keep-alive clients, one request made on each, until its standard input ends.

    idle_clients.py PORT N

Prints "open" once all are there.
"""

import sys

import plain


def main():
    port, count = int(sys.argv[1]), int(sys.argv[2])
    text = plain.request("1k.bin")
    clients = []
    for _ in range(count):
        client = plain.connect(port)
        plain.ask(client, text)
        clients.append(client)
    print("open", flush=True)
    sys.stdin.read()


main()
