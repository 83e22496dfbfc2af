// What a site needs beyond the plain file, seen by Chromium. Arguments: the binary, the folder with
// the videos and the font, and "planted" to take from each server the option that its check is about.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { rows, serve } from './servers.mjs';

const [binary, work, planted] = process.argv.slice(2);
const LAUNCH = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  // The options keep Chromium from contacting its maker's servers.
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
};
const started = [];

/** A new folder with these files, from name to content. */
function folder(name, files) {
  const path = join(work, name);
  mkdirSync(path);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(join(path, file, '..'), { recursive: true });
    writeFileSync(join(path, file), content);
  }
  return path;
}

/** A server with `options`, or with `without` where the fault is planted. */
async function start(name, root, options, without = []) {
  const server = await serve(binary, join(work, `${name}.csv`), root, planted ? without : options);
  started.push(server);
  return server;
}

/** Asks Chromium for a page on `url`; nothing on it may take longer than some seconds. */
async function open(context, url) {
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  await page.goto(url);
  return page;
}

/** A video is sought at 90 % of its length. The picture there is red; it is blue before 80 %. */
async function seek(browser, name) {
  const root = folder(`site-${name}`, {
    'index.html': `<!DOCTYPE html><title>Video</title><video src="${name}" preload="metadata" muted></video>`,
  });
  copyFileSync(join(work, name), join(root, name));
  const size = statSync(join(work, name)).size;
  const server = await start(name, root, ['--http', 'full'], ['--http', 'four']);
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  const ranges = [];
  page.on('response', async response => {
    if (response.status() === 206) ranges.push(response.headers()['content-range']);
  });
  await page.goto(server.origin);
  const seen = await page.evaluate(async () => {
    const video = document.querySelector('video');
    const within = (milliseconds, event) => new Promise((resolve, reject) => {
      video.addEventListener(event, resolve, { once: true });
      setTimeout(() => reject(new Error(`no ${event}`)), milliseconds);
    });
    if (video.readyState < 1) await within(5000, 'loadedmetadata');
    const sought = within(5000, 'seeked');
    video.currentTime = video.duration * 0.9;
    await sought;
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 1;
    const pen = canvas.getContext('2d');
    pen.drawImage(video, 0, 0, 1, 1);
    return { at: video.currentTime / video.duration, colour: [...pen.getImageData(0, 0, 1, 1).data] };
  });
  await context.close();
  const parts = (await rows(server)).filter(row => row.file === name && row.status === '206');
  const late = ranges.filter(range => Number(/bytes (\d+)-/.exec(range)[1]) > size / 2);
  assert.ok(Math.abs(seen.at - 0.9) < 0.01, `the video stands at ${seen.at}`);
  const [red, , blue] = seen.colour;
  assert.ok(red > blue + 50, `the picture is of the colour ${seen.colour}`);
  assert.ok(parts.length > 0, 'the log has no 206');
  assert.ok(late.length > 0, `no range begins in the second half: ${ranges}`);
  return `${size} bytes, 206 in the log ${parts.length} times, ${late[late.length - 1]}`;
}

/** A deep link of a single-page application is opened and reloaded; a missing script stays 404. */
async function deepLink(browser) {
  const root = folder('spa', {
    'index.html': '<!DOCTYPE html><title>App</title><p></p><script src="/app.js"></script>',
    'app.js': `document.querySelector('p').textContent = 'at ' + location.pathname;`,
  });
  const server = await start('spa', root, ['--fallback', 'index.html']);
  const context = await browser.newContext();
  const page = await open(context, server.origin);
  await page.evaluate(() => history.pushState(null, '', '/orders/7'));
  const reload = await page.reload();
  assert.equal(reload.status(), 200, `the reload got ${reload.status()}`);
  await page.waitForFunction(() => document.querySelector('p').textContent === 'at /orders/7', null, { timeout: 3000 });
  const missing = await page.evaluate(async () => (await fetch('/gone.js')).status);
  assert.equal(missing, 404, 'a script that is not there');
  await context.close();
  const found = (await rows(server)).filter(row => row.target === '/orders/7');
  assert.deepEqual(found.map(row => [row.status, row.file]), [['200', 'index.html']]);
  return 'GET /orders/7 got index.html, GET /gone.js 404';
}

/** Whether a page of one server may use the font of another one. */
async function font(browser) {
  const page = folder('page', { 'index.html': '<!DOCTYPE html><title>Font</title><p>text</p>' });
  const fonts = folder('fonts', {});
  copyFileSync(join(work, 'font.ttf'), join(fonts, 'font.ttf'));
  const site = await start('page', page, []);
  const closed = await start('fonts-closed', fonts, []);
  const shared = await start('fonts', fonts, ['--cors', site.origin]);
  const context = await browser.newContext();
  const tab = await open(context, site.origin);
  const load = origin => tab.evaluate(async url => {
    try {
      return (await new FontFace('Tried', `url(${url})`).load()).status;
    } catch (error) {
      return error.name;
    }
  }, `${origin}/font.ttf`);
  assert.equal(await load(closed.origin), 'NetworkError', 'a font without --cors');
  assert.equal(await load(shared.origin), 'loaded', 'a font with --cors');
  await context.close();
  return `loads with --cors ${site.origin}, and not without`;
}

/** A browser that starts again with its cache asks for the page, and not for what is immutable. */
async function immutable() {
  const root = folder('hashed', {
    'index.html': '<!DOCTYPE html><title>Assets</title><link rel="stylesheet" href="assets/a.1f2e.css"><script src="assets/b.9c8d.js"></script>',
    'assets/a.1f2e.css': 'p { color: red }',
    'assets/b.9c8d.js': 'document.title = "run"',
  });
  const rules = join(work, '_headers');
  writeFileSync(rules, '/assets/*\n  Cache-Control: public, max-age=31536000, immutable\n');
  const server = await start('hashed', root, ['--headers', rules]);
  for (let visit = 0; visit < 2; visit++) {
    const context = await chromium.launchPersistentContext(join(work, 'profile'), LAUNCH);
    const page = await open(context, server.origin);
    assert.equal(await page.title(), 'run');
    await page.waitForTimeout(500);
    await context.close();
  }
  const asked = await rows(server);
  const count = name => asked.filter(row => row.file === name || row.target === `/${name}`).length;
  assert.equal(count('assets/a.1f2e.css'), 1, 'requests for the style sheet');
  assert.equal(count('assets/b.9c8d.js'), 1, 'requests for the script');
  assert.ok(asked.filter(row => row.target === '/').length === 2, 'the page is asked for twice');
  return 'two visits: the page twice, each asset once';
}

/** A listing on a telephone: nothing to move sideways, and each name leads to its file. */
async function listing(browser) {
  const odd = ['plain.txt', 'a & b <i>.txt', '100%.txt', 'what?.txt', 'no#1.txt', '"quoted".txt', 'two\nlines.txt',
    `${'long'.repeat(50)}.txt`, 'ü\u202e.txt'];
  const root = folder('listed', Object.fromEntries(odd.map(name => [name, `This is ${name}`])));
  folder('listed/folder', { 'inner.txt': 'This is inner.txt' });
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xfe]), Buffer.from('.txt')]), 'no UTF-8');
  const server = await start('listed', root, ['--listing', '--http', 'full'], ['--http', 'full']);
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  const page = await open(context, server.origin);
  const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(width[0] <= 390 && width[1] <= 390, `it is ${width} wide`);
  const links = await page.locator('a').evaluateAll(all => all.map(link => ({
    href: link.getAttribute('href'), height: link.getBoundingClientRect().height })));
  assert.equal(links.length, odd.length + 2, JSON.stringify(links));
  const contents = new Set();
  for (const [index, link] of links.entries()) {
    await page.goto(server.origin);
    const [answer] = await Promise.all([page.waitForNavigation(), page.locator('a').nth(index).tap()]);
    assert.equal(answer.status(), 200, link.href);
    if (!link.href.endsWith('/')) contents.add(await page.evaluate(() => document.body.innerText));
  }
  assert.equal(contents.size, odd.length + 1, `not each link leads to a file of its own: ${[...contents]}`);
  await page.goto(`${server.origin}/folder/`);
  await page.locator('a', { hasText: 'inner.txt' }).tap();
  await page.waitForURL('**/folder/inner.txt');
  await context.close();
  const lowest = Math.min(...links.map(link => link.height));
  return `${links.length} links work, ${width[0]} pixels wide, each link at least ${Math.round(lowest)} high`;
}

const browser = await chromium.launch(LAUNCH);
const checks = [
  ['an mp4 is sought', () => seek(browser, 'sample.mp4')],
  ['a webm is sought', () => seek(browser, 'sample.webm')],
  ['a deep link reloads', () => deepLink(browser)],
  ['a font crosses origins', () => font(browser)],
  ['hashed assets are asked for once', () => immutable()],
  ['a listing on a telephone', () => listing(browser)],
];
let wrong = 0;
try {
  for (const [name, check] of checks) {
    const found = await check().then(text => ({ passed: true, text }),
      error => ({ passed: false, text: String(error.message).split('\n')[0] }));
    wrong += found.passed === Boolean(planted) ? 1 : 0;
    console.log(`${found.passed ? 'passed' : 'FAILED'}  ${name}: ${found.text}`);
  }
} finally {
  await browser.close();
  started.forEach(server => server.child.kill('SIGKILL'));
}
if (planted) console.log(`with each option taken away, ${checks.length - wrong} of ${checks.length} checks fail`);
process.exitCode = wrong === 0 ? 0 : 1;
