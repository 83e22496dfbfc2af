#!/usr/bin/env python3
"""A server with the faults that the rows look for: it answers uploads and then resets them, and it
resets the clients in its accept queue at SIGTERM. Takes a millpond's arguments."""

import os
import signal
import socket
import sys
import threading

#: So much of an upload it reads; what comes after meets a closed socket.
READS = 65536


def serve(client, root):
    data = b""
    with client:
        while True:
            while b"\r\n\r\n" not in data:
                piece = client.recv(READS)
                if not piece:
                    return
                data += piece
            head, _, data = data.partition(b"\r\n\r\n")
            if not head.startswith(b"GET "):
                client.sendall(
                    b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )
                client.recv(READS)
                return
            name = head.split()[1].decode().lstrip("/") or "index.html"
            with open(os.path.join(root, name), "rb") as file:
                content = file.read()
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) + content)
            if b" HTTP/1.0\r\n" in head + b"\r\n":
                return


def serve_quietly(client, root):
    try:
        serve(client, root)
    except OSError:
        pass


def end(*_):
    print("stopped after 0 connections ()", file=sys.stderr, flush=True)
    os._exit(0)


def main():
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        port = listener.getsockname()[1]
        print(f"Listening on port {port}: http://127.0.0.1:{port}/", flush=True)
        while True:
            client, _ = listener.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve_quietly, args=(client, sys.argv[-1]), daemon=True).start()


main()
