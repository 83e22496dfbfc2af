"""Holds N idle keep-alive clients, one request made on each, until its standard input ends.

    idle_clients.py PORT N

Prints "open" once all are there.
"""

import sys

import plain


def main():
    port, count = int(sys.argv[1]), int(sys.argv[2])
    clients = plain.hold(port, count, "1k.bin")
    print("open", flush=True)
    sys.stdin.read()
    for client in clients:
        client.close()


main()
