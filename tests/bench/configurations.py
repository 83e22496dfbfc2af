"""The peers' configurations: one worker, as fast as their manuals allow, without a log.

Each function returns the text for one server that serves `root` on `port`, and keeps its own files
in `folder`. All keep idle connections for an hour and allow any number of requests on each.
"""

IDLE_SECONDS = 3600
DESCRIPTORS = 20000


def nginx(root, port, folder):
    """nginx: open files remembered, head and file in one packet, no second process but the
    master."""
    return f"""
user root;
worker_processes 1;
worker_rlimit_nofile {DESCRIPTORS};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.error crit;
events {{ worker_connections {DESCRIPTORS - 100}; multi_accept on; use epoll; }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    sendfile on;
    tcp_nopush on;
    tcp_nodelay on;
    keepalive_timeout {IDLE_SECONDS};
    keepalive_requests 1000000000;
    open_file_cache max=20000 inactive={IDLE_SECONDS};
    open_file_cache_valid 60;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        root {root};
        gzip_static on;
        location /folder/ {{ autoindex on; }}
        location /app/ {{ try_files $uri /1k.bin; }}
    }}
}}
"""


def lighttpd(root, port, folder):
    """lighttpd: sendfile, remembered metadata; its counter of requests ends at 65535."""
    return f"""
server.document-root = "{root}"
server.bind = "127.0.0.1"
server.port = {port}
server.listen-backlog = 4096
server.errorlog = "{folder}/lighttpd.error"
server.max-worker = 0
server.max-fds = {DESCRIPTORS}
server.max-connections = {DESCRIPTORS - 100}
server.max-keep-alive-requests = 65535
server.max-keep-alive-idle = {IDLE_SECONDS}
server.max-read-idle = {IDLE_SECONDS}
server.network-backend = "sendfile"
server.event-handler = "linux-sysepoll"
server.stat-cache-engine = "simple"
server.follow-symlink = "enable"
index-file.names = ( "index.html" )
mimetype.assign = ( ".html" => "text/html", "" => "application/octet-stream" )
"""


def h2o(root, port, folder):
    """h2o: one thread; it keeps files open by itself."""
    return f"""
user: root
num-threads: 1
num-name-resolution-threads: 1
max-connections: {DESCRIPTORS - 100}
tcp-fastopen: 0
pid-file: {folder}/h2o.pid
error-log: {folder}/h2o.error
http1-request-timeout: {IDLE_SECONDS}
listen:
  host: 127.0.0.1
  port: {port}
hosts:
  "default":
    paths:
      "/":
        file.dir: {root}
        file.send-compressed: OFF
        file.etag: ON
"""
