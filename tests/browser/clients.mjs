// Servers, and clients in known states.
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, ftruncateSync, closeSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A site with a small page, and a file that no client's buffers hold. */
export function site() {
  const folder = mkdtempSync(join(tmpdir(), 'millpond-live-'));
  writeFileSync(join(folder, 'index.html'), '<!DOCTYPE html><title>a page</title>\n');
  const large = openSync(join(folder, 'large'), 'w');
  ftruncateSync(large, 256 << 20);
  closeSync(large);
  return folder;
}

/** Starts a server, and waits for its two addresses: `files` and `admin`, as ports. */
export async function start(binary, folder, files = 0, admin = 0) {
  const process = spawn(binary, ['--no-log', '--quiet', '--keep-alive', '120', '--head-timeout', '120',
    '--stall-timeout', '120', '--listen', `127.0.0.1:${files}`, '--admin', `127.0.0.1:${admin}`, folder]);
  const line = (stream, pattern) => new Promise((resolve, reject) => {
    let text = '';
    stream.on('data', piece => {
      text += piece;
      const found = pattern.exec(text);
      if (found) resolve(Number(found[1]));
    });
    process.on('exit', () => reject(new Error(`the server has ended: ${text}`)));
  });
  const ports = await Promise.all([
    line(process.stdout, /Listening on port (\d+)/), line(process.stderr, /live view on http:\/\/127\.0\.0\.1:(\d+)\//)]);
  return { process, files: ports[0], admin: ports[1] };
}

/** Ends a server, and waits until it has. */
export function stop(server) {
  return new Promise(resolve => {
    server.process.removeAllListeners('exit');
    server.process.on('exit', resolve);
    server.process.kill('SIGINT');
  });
}

/** A client that sends `text`. It reads the answer if `reads` is true. */
function client(port, text, reads) {
  return new Promise(resolve => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(text));
    socket.on('error', () => {});
    if (reads) socket.once('data', () => resolve(socket)).resume();
    else { socket.pause(); setImmediate(() => resolve(socket)); }
  });
}

const REQUEST = 'HTTP/1.1\r\nHost: h\r\n';

/** A request that is answered, on a connection that stays open. */
export const idle = port => client(port, `GET / ${REQUEST}\r\n`, true);
/** Half a head. */
export const reading = port => client(port, 'GET / HT', false);
/** An answer that the client does not read. */
export const responding = port => client(port, `GET /large ${REQUEST}\r\n`, false);
/** A client that has its last answer, in a lingering close. The state lasts for two seconds. */
// The client has sent more than its request, so the server does not close at once.
export const closing = port => client(port, `GET / ${REQUEST}Connection: close\r\n\r\n\r\n`, true);

/** `count` clients of one kind. */
export const several = (count, kind, port) => Promise.all(Array.from({ length: count }, () => kind(port)));
