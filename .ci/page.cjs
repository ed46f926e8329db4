// Looks at a page of `icdraft eval --report` as a reader would: .ci/page.sh calls it.
'use strict';
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const [work, executablePath, file] = process.argv.slice(2);
const { chromium } = require(path.resolve(work, 'node_modules/playwright-core'));
const url = pathToFileURL(path.resolve(file)).href;

const failures = [];
const check = (holds, says) => { if (!holds) failures.push(says); };

/** How far the page is wider than its window, and what sticks out. */
const overflow = () => {
  const width = document.documentElement.clientWidth;
  const hidden = (e) => e.closest('.scroll') !== null;
  const out = [...document.body.querySelectorAll('*')].filter((e) => !hidden(e) && e.getBoundingClientRect().right > width + 1);
  return { by: document.documentElement.scrollWidth - width, out: out.slice(0, 3).map((e) => `${e.tagName}.${e.className}`) };
};

const look = async (browser, width, colorScheme) => {
  const name = `${width} px, ${colorScheme}`;
  // Without scripts: the page must not need any.
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, javaScriptEnabled: false });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) failures.push(`${name}: console: ${message.text()}`);
  });
  page.on('pageerror', (error) => failures.push(`${name}: ${error.message}`));
  page.on('request', (request) => check(request.url() === url || request.url().startsWith('data:'), `${name}: asks for ${request.url()}`));

  await page.goto(url);
  check(await page.locator('h1').count() === 1, `${name}: not one h1`);
  check(await page.locator('.chart svg').count() === 3, `${name}: not three curves`);
  let wide = await page.evaluate(overflow);
  check(wide.by <= 0 && wide.out.length === 0, `${name}: ${wide.by} px too wide, ${wide.out}`);
  await page.screenshot({ path: path.join(work, `${width}-${colorScheme}.png`), fullPage: true });

  const kind = page.locator('.kinds details').first();
  if (await kind.count() > 0) {
    await kind.locator('summary').click();
    const link = kind.locator('a').first();
    const to = (await link.getAttribute('href')).slice(1);
    await link.click();
    const mistake = page.locator(`[id="${to}"]`);
    check(await mistake.isVisible(), `${name}: the link to ${to} does not open its note`);
    check(await mistake.evaluate((e) => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.top < innerHeight; }), `${name}: ${to} is out of sight`);
    check(await page.locator('.note[open] mark').count() > 0, `${name}: no words are marked in the first note`);
    await page.screenshot({ path: path.join(work, `${width}-${colorScheme}-note.png`) });
  }

  await page.evaluate(() => document.querySelectorAll('details').forEach((e) => { e.open = true; }));
  wide = await page.evaluate(overflow);
  check(wide.by <= 0 && wide.out.length === 0, `${name}, all open: ${wide.by} px too wide, ${wide.out}`);
  const lost = await page.evaluate(() => [...document.querySelectorAll('a[href^="#"]')]
    .map((a) => a.getAttribute('href').slice(1)).filter((id) => document.getElementById(id) === null));
  check(lost.length === 0, `${name}: links to nothing: ${lost.slice(0, 5)}`);
  await context.close();
};

(async () => {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  for (const width of [1280, 800]) {
    for (const colorScheme of ['light', 'dark']) await look(browser, width, colorScheme);
  }
  await browser.close();
  failures.forEach((says) => console.error(says));
  console.log(failures.length === 0 ? `${file} holds at 1280 and 800 px, light and dark` : `${failures.length} faults of ${file}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
})();
