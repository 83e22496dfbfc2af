// The live view in a browser. Arguments: the binary, and the folder for pictures.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { closing, idle, reading, responding, several, site, start, stop } from './clients.mjs';

const [binary, pictures] = process.argv.slice(2);
const folder = site();
let server = await start(binary, folder);
// The options keep Chromium from contacting its maker's servers.
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

const STATES = ['reading', 'responding', 'idle', 'closing'];

/** Waits until the page shows these counts. */
async function shows(page, expected) {
  await page.waitForFunction(([names, expected]) =>
    names.every((name, index) => document.getElementById('key-' + name)?.textContent === String(expected[index])),
  [STATES, expected], { timeout: 15000 });
}

/** A page that must not log errors, nor send requests to another server. */
async function open(options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.complaints = [];
  page.on('pageerror', error => page.complaints.push(String(error)));
  page.on('console', message => { if (message.type() === 'error') page.complaints.push(message.text()); });
  page.on('request', request => {
    if (!request.url().startsWith(`http://127.0.0.1:${server.admin}/`) && !request.url().startsWith('data:')) {
      page.complaints.push(`asks for ${request.url()}`);
    }
  });
  await page.goto(`http://127.0.0.1:${server.admin}/`, { waitUntil: 'domcontentloaded' });
  await page.waitForFunction(() => document.getElementById('link').textContent === 'live');
  return page;
}

async function main() {
  const page = await open({ viewport: { width: 1180, height: 1000 }, colorScheme: 'light' });
  const clients = [];
  await shows(page, [0, 0, 0, 0]).catch(() => {});
  clients.push(...await several(5, idle, server.files), ...await several(3, reading, server.files));
  await shows(page, [3, 0, 5, 0]);
  console.log('it shows 3 reading and 5 idle');
  const slow = await several(2, responding, server.files);
  await shows(page, [3, 2, 5, 0]);
  console.log('and 2 responding, when they come');
  const last = await several(4, closing, server.files);
  await shows(page, [3, 2, 5, 4]);
  console.log('and 4 closing, for two seconds');
  last.forEach(socket => socket.destroy());
  clients.splice(0, 2).forEach(socket => socket.destroy());
  await shows(page, [3, 2, 3, 0]);
  assert.equal(await page.textContent('#open'), '8');
  assert.match(await page.textContent('#spoken'), /connections: \d+ reading/);
  console.log('and no longer the clients that have left');

  // With the keyboard alone: moves to the slab, to the third cell, and watches it.
  await page.focus('#slab .cell');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.activeElement.getAttribute('aria-label')?.startsWith('slot 2: idle for'));
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => /^Connection \d+ in slot 2, from 127/.test(document.getElementById('who').textContent));
  clients[0].write('GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n');
  await page.waitForFunction(() => document.getElementById('timeline').textContent.includes('answers GET /nothing with 404'));
  assert.match(await page.textContent('#facts'), /Closed bythe idle deadline, in 1\d\d\.\d s/);
  console.log('a connection that is chosen by keyboard shows its timeline');

  // The accessibility tree that a screen reader gets.
  const named = await page.locator('#slab').getByRole('button').count();
  assert.ok(named >= 8 && await page.getByRole('status').textContent() === 'live');

  // The server stops, and starts again on the same port with other clients.
  [...clients, ...slow].forEach(socket => socket.destroy());
  await stop(server);
  await page.waitForFunction(() => document.getElementById('link').className === 'lost');
  page.complaints = page.complaints.filter(complaint => !/ERR_|Failed to load/.test(complaint));
  assert.deepEqual(page.complaints, []);
  server = await start(binary, folder, server.files, server.admin);
  const after = await several(6, idle, server.files);
  await shows(page, [0, 0, 6, 0]);
  assert.equal(await page.textContent('#link'), 'live');
  console.log('it comes back with the server, and shows its 6 idle');
  await page.context().close();
  after.forEach(socket => socket.destroy());

  await takePictures();
}

/** Watches one slot after the other until the timeline shows an event. */
async function watchBusySlot(page) {
  for (let slot = 10; slot < 60; slot++) {
    await page.fill('#slot', String(slot));
    await page.click('#pick button');
    await page.waitForTimeout(900);
    if (await page.locator('#timeline li').count() > 0) return;
  }
}

/** Takes screenshots of a busy server: light, dark, and on a telephone. */
async function takePictures() {
  const crowd = await several(420, idle, server.files);
  crowd.push(...await several(30, reading, server.files), ...await several(12, responding, server.files));
  for (let index = 0; index < 420; index += 7) crowd[index].destroy();
  const busy = setInterval(() => crowd.slice(1, 420).forEach((socket, index) => {
    if (index % 9 === 0 && !socket.destroyed) socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
  }), 300);
  const views = [
    ['live-light.png', { viewport: { width: 1180, height: 900 }, colorScheme: 'light' }],
    ['live-dark.png', { viewport: { width: 1180, height: 900 }, colorScheme: 'dark' }],
    ['live-phone.png', { viewport: { width: 390, height: 844 }, colorScheme: 'light', isMobile: true, hasTouch: true }],
  ];
  for (const [name, options] of views) {
    const page = await open(options);
    await watchBusySlot(page);
    await page.waitForTimeout(4000);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(wide, false, `${name}: it must not be moved sideways`);
    await page.screenshot({ path: join(pictures, name), fullPage: true });
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
  clearInterval(busy);
  crowd.forEach(socket => socket.destroy());
  console.log(`pictures are in ${pictures}`);
}

try {
  await main();
} finally {
  await browser.close();
  server.process.kill('SIGKILL');
  rmSync(folder, { recursive: true });
}
