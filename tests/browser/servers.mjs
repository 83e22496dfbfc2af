// Servers for the checks in a browser, each with its options and its log.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Starts `binary` on a free port, and waits until it says which. */
export function serve(binary, log, folder, options) {
  const child = spawn(binary, ['--quiet', '--log', log, '--listen', '127.0.0.1:0', ...options, folder]);
  const ended = new Promise(resolve => child.on('exit', resolve));
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr.on('data', piece => { text += piece; });
    ended.then(status => reject(new Error(`the server ended with ${status}: ${text}`)));
    child.stdout.on('data', piece => {
      const found = /Listening on port \d+: (http:\S+)\//.exec(piece);
      if (found) resolve({ child, ended, log, origin: found[1] });
    });
  });
}

/** Ends the server, after which its log is complete, and returns the log's rows. */
export async function rows(server) {
  server.child.kill('SIGINT');
  await server.ended;
  const [header, ...lines] = readFileSync(server.log, 'utf8').trimEnd().split(/\r?\n/);
  const names = header.split(',');
  // No cell here holds a comma: the names of the files and targets are the checks' own.
  return lines.map(line => Object.fromEntries(line.split(',').map((cell, index) => [names[index], cell])));
}
