// node upload.mjs PORT TRIES: posts 8 MB with fetch and with http.request, and prints the status of
// each, or the error.
import http from "node:http";

const [port, tries] = process.argv.slice(2).map(Number);
const body = Buffer.alloc(8_000_000, "millpond");
const url = `http://127.0.0.1:${port}/upload`;

const withFetch = async () => (await fetch(url, { method: "POST", body })).status;

const withRequest = () =>
  new Promise((resolve, reject) => {
    const request = http.request(url, { method: "POST" }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
    });
    request.on("error", reject);
    request.end(body);
  });

for (const [name, post] of [
  ["Node fetch", withFetch],
  ["Node http.request", withRequest],
]) {
  for (let i = 0; i < tries; i++) {
    const said = await post().catch((error) => (error.cause ?? error).code ?? String(error));
    console.log(`${name}: ${said}`);
  }
}
