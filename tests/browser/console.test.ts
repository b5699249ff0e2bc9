import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { Chronicle } from '../../src/local/fleet/chronicle.ts';
import { StackConsole } from '../../src/local/stack-console.ts';
import { browserMissing, launchBrowser, seriousFindings } from '../support/browser.ts';
import { bill, post, putRow, rowOf, startTestStack, type TestStack } from '../support/local-stack.ts';

jest.setTimeout(180_000);

const DAY = 86_400;
/** What a script would set, if one of those below ran. */
const HOSTILE_USER = '<img src=x onerror="globalThis.hacked=1">';
const HOSTILE_REASON = '"><script>globalThis.hacked=2</script><b id=injected>x</b>';

let folder: string;
let stack: TestStack;
let console_: StackConsole;
let readOnlyConsole: StackConsole;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let base: string;
/** What the browser's console has complained of. */
const complaints: string[] = [];

const silent = { change: () => {}, history: () => {}, control: () => {} };

/** One browser, one stack: seven and a half days after four workspaces were made, one of them still in use. */
async function setUp(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'workspace-cleanup-browser-'));
  stack = await startTestStack(folder);
  for (const [client, tier] of [
    ['acme', 'free'],
    ['globex', 'pro'],
  ] as const)
    await bill(stack, client, 'active', tier);
  for (const [clientId, userId] of ['acme/ada', 'acme/bo', 'acme/dot', 'globex/gil'].map((name) =>
    name.split('/'),
  ))
    await post(stack, '/workspaces', { clientId, userId });
  await putRow(stack, { clientId: 'acme', userId: HOSTILE_USER, lastActivity: 'never' });
  const begin = stack.clock.now();
  await stack.advanceTo(begin + 5 * DAY);
  const lastActivity = Math.floor(stack.clock.now());
  for (const userId of ['bo', 'dot'])
    await post(stack, '/workspaces/activity', { clientId: 'acme', userId, lastActivity });
  await stack.advanceTo(begin + 7.5 * DAY);
  // From here on time stands still, unless the page says otherwise.
  if (stack.pace) stack.pace.speed = 0;
  console_ = new StackConsole();
  readOnlyConsole = new StackConsole();
  const chronicle = await Chronicle.open(stack, folder, readOnlyConsole.beside(console_.beside(silent)));
  const options = { stack, chronicle, director: undefined, port: 0, onLink: () => {} };
  await console_.open(options);
  await readOnlyConsole.open({ ...options, readOnly: true });
  stack.run();
  browser = await launchBrowser();
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
  page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(console_.link());
  base = page.url();
}

const given = browserMissing === undefined ? describe : describe.skip;

given(`the console in a browser${browserMissing ? ` (${browserMissing})` : ''}`, () => {
  beforeAll(setUp);
  afterAll(async () => {
    await browser?.close();
    await console_?.close();
    await readOnlyConsole?.close();
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => complaints.splice(0));
  afterEach(() => expect(complaints).toEqual([]));

  const go = (hash: string, title: string) =>
    page
      .goto(`${base.replace(/#.*/, '')}#/${hash}`)
      .then(() => page.getByRole('heading', { name: title }).first().waitFor());
  const dialog = () => page.getByRole('dialog');
  /** Confirms the dialog, and waits until it says that it is done. */
  const confirm = async (button: string, said: string) => {
    await dialog().getByRole('button', { name: button }).click();
    await page.getByText(said).waitFor();
    expect(await dialog().count()).toBe(0);
  };
  const ada = { clientId: 'acme', userId: 'ada' };
  const bo = { clientId: 'acme', userId: 'bo' };
  const dot = { clientId: 'acme', userId: 'dot' };

  test('the overview shows the fleet, with charts, and the token is gone from the address', async () => {
    await page.getByRole('heading', { name: 'What is due' }).waitFor();
    expect(page.url()).not.toContain('token');
    const glance = page.locator('.glance');
    await glance.getByText('5', { exact: true }).waitFor();
    expect(await glance.textContent()).toMatch(/3 active[\s\S]*nothing is late/);
    expect(await page.locator('.chart canvas').count()).toBe(3);
    await page.getByRole('img', { name: /What is due in the next 30 days: 3 workspaces/ }).waitFor();
    await page.getByRole('button', { name: '48 hours' }).click();
    await page.getByRole('img', { name: /What is due in the next 48 hours/ }).waitFor();
    expect(await page.locator('.happened').textContent()).toMatch(/Archived\s*acme\/ada/);
    expect(await page.getByText('workspace-hours ×').textContent()).toMatch(
      /0\.25 vCPU × \$0\.04048 \+ 0\.5 GB × \$0\.004445/,
    );
    expect(await seriousFindings(page)).toEqual([]);
  });

  test('the assumption of what is saved can be changed, and stays', async () => {
    const figure = page.locator('.figure');
    const before = await figure.textContent();
    await page.getByText('What this assumes').click();
    await page.getByLabel('vCPU of a container').fill('4');
    await page.keyboard.press('Tab');
    await page.waitForFunction((text) => document.querySelector('.figure')?.textContent !== text, before);
    expect(Number((await figure.textContent())?.slice(1))).toBeGreaterThan(3 * Number(before?.slice(1)));
    await page.reload();
    await page.getByText('4 vCPU ×').waitFor();
  });

  test('the table is searched, filtered, sorted and walked through by the keyboard', async () => {
    await page.keyboard.press('w');
    await page.getByRole('heading', { name: 'Workspaces' }).waitFor();
    await page.locator('tbody tr').nth(4).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('ACME/b');
    await page.getByText('1 workspace', { exact: true }).waitFor();
    await page.getByRole('searchbox').fill('');
    await page.getByLabel('Lifecycle', { exact: true }).selectOption('archived');
    await page.getByText('1 workspace', { exact: true }).waitFor();
    expect(page.url()).toContain('lifecycle=archived');
    await page.getByLabel('Lifecycle', { exact: true }).selectOption('');
    await page.getByRole('button', { name: 'Workspace', exact: true }).click();
    await page
      .getByRole('columnheader', { name: 'Workspace' })
      .and(page.locator('[aria-sort=ascending]'))
      .waitFor();
    // The head turns at once, the rows follow: of the names this one comes first.
    await page.locator('tbody tr:first-child a[href*="%3Cimg"]').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.locator('tbody a').nth(1).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('k');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'acme/bo' }).waitFor();
    await go('workspaces?q=nobody', 'Workspaces');
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('button', { name: 'show all workspaces' }).click();
    await page.getByText('5 workspaces').waitFor();
  });

  test('script in a user id is text', async () => {
    await go(`workspaces?q=${encodeURIComponent('<img')}`, 'Workspaces');
    // Until then the rows are those of before.
    await page.getByText('1 workspace', { exact: true }).waitFor();
    const link = page.locator('tbody a');
    expect(await link.textContent()).toBe(`acme/${HOSTILE_USER}`);
    await link.click();
    await page.getByText('There is no workspace').or(page.getByText('names no workspace')).waitFor();
    expect(
      await page.evaluate(() => [
        Reflect.get(globalThis, 'hacked'),
        document.querySelectorAll('main img').length,
      ]),
    ).toEqual([undefined, 0]);
    // That it is none that could be one, the server says with 404, which the browser notes.
    expect(complaints.splice(0).every((text) => text.includes('404'))).toBe(true);
  });

  test('a workspace is held, with script in the reason, which is text; then released', async () => {
    await go('workspaces/acme/bo', 'acme/bo');
    await page.getByText('It was used').waitFor();
    await page.getByRole('button', { name: 'Hold' }).click();
    await dialog().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await rowOf(stack, bo)).not.toHaveProperty('hold');
    await page.getByRole('button', { name: 'Hold' }).click();
    await dialog().getByLabel('Reason').fill(HOSTILE_REASON);
    await dialog().getByRole('button', { name: '+30 d' }).click();
    await confirm('Hold it', 'acme/bo is held.');
    expect(await rowOf(stack, bo)).toMatchObject({ hold: { reason: HOSTILE_REASON } });
    await page.locator('.timeline').getByText(HOSTILE_REASON).waitFor();
    expect(await page.locator('#injected').count()).toBe(0);
    expect(await page.evaluate(() => Reflect.get(globalThis, 'hacked'))).toBeUndefined();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Release' }).click();
    await dialog().getByLabel('Reason').fill('over');
    await confirm('Release it', 'acme/bo is released.');
    expect(await rowOf(stack, bo)).not.toHaveProperty('hold');
  });

  test('a deadline is moved; where that is refused, the dialog says why and nothing changes', async () => {
    await go('workspaces/acme/bo', 'acme/bo');
    await page.getByRole('button', { name: 'Extend' }).click();
    await dialog().getByLabel('Reason').fill('on holiday');
    await dialog().getByLabel('Until (UTC)').fill('2001-01-01T00:00');
    await dialog().getByRole('button', { name: 'Extend it' }).click();
    await dialog().getByRole('alert').getByText('expected a time').waitFor();
    expect(await rowOf(stack, bo)).not.toHaveProperty('extension');
    complaints.splice(0);
    await dialog().getByRole('button', { name: '+7 d' }).click();
    await confirm('Extend it', 'acme/bo is extended.');
    expect(await rowOf(stack, bo)).toMatchObject({ extension: { reason: 'on holiday' } });
    await page.getByText('Extension ends').waitFor();
  });

  test('an archived workspace is resumed, and given back at its next wake-up, which the page tells by itself', async () => {
    await go('workspaces/acme/ada', 'acme/ada');
    await page.getByText('Archived').first().waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await dialog().getByLabel('Reason').fill('she is back');
    await confirm('Resume it', 'acme/ada will be given back.');
    await page.getByRole('button', { name: 'Step to next event' }).click();
    await page.locator('.badges').getByText('Active').waitFor();
    expect(await rowOf(stack, ada)).toMatchObject({
      lifecycle: 'active',
      efsAccessPoint: expect.stringMatching(/^fsap-/),
    });
    await page.locator('.timeline').getByText('User came back').waitFor();
  });

  test('what an operator has asked for is shown, and taken back', async () => {
    const requested = { action: 'archive', at: Math.floor(stack.clock.now()), by: 'ops', reason: 'she left' };
    await putRow(stack, { ...(await rowOf(stack, dot)), requested });
    await go('workspaces/acme/dot', 'acme/dot');
    await page.locator('.timeline').getByText('Asked to archive').waitFor();
    await page.locator('.facts').getByText('by ops: she left').waitFor();
    await page.getByText('ops has asked to archive it: she left.').waitFor();
    expect(await page.getByText('Its notice').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Resume' }).count()).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Release' }).click();
    await dialog().getByLabel('Reason').fill('she stays');
    await confirm('Release it', 'acme/dot is released.');
    expect(await rowOf(stack, dot)).not.toHaveProperty('requested');
    await page.locator('.timeline').getByText('Released').waitFor();
  });

  test('a page that cannot be shown says so, and leaves the others as they are', async () => {
    await page.route('**/api/workspaces/acme/dot', (route) =>
      route.fulfill({ json: { line: {}, problems: [], row: {}, history: 'none' } }),
    );
    await page.goto(`${base.replace(/#.*/, '')}#/workspaces`);
    await page.goto(`${base.replace(/#.*/, '')}#/workspaces/acme/dot`);
    await page.getByRole('alert').getByText('This page could not be shown').waitFor();
    await page.unroute('**/api/workspaces/acme/dot');
    await go('workspaces/acme/bo', 'acme/bo');
  });

  test('the cleanup is paused and goes on', async () => {
    await go('', 'What may be done');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await dialog().getByLabel('Reason').fill('a look at the bills');
    await confirm('Pause it', 'The cleanup is paused.');
    await page.getByText('a look at the bills').first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'End the pause' }).click();
    await confirm('Go on', 'The cleanup goes on.');
    await page.getByText('Running').waitFor();
  });

  test('the sample fleet: a client is suspended, a workspace is used, time goes on at another speed', async () => {
    await go('workspaces/globex/gil', 'globex/gil');
    await page.getByLabel('Subscription of globex').selectOption('suspended');
    await page.getByRole('button', { name: 'Tell billing' }).click();
    await page.locator('.facts').getByText('suspended, pro').waitFor();
    await page.getByRole('button', { name: 'Make it active' }).click();
    await page.getByText('globex/gil is used.').waitFor();
    const before = stack.clock.now();
    await page.getByRole('button', { name: '5 d/s' }).click();
    await page.locator('.badges').getByText('Archived').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Stop' }).and(page.locator('[aria-pressed=true]')).waitFor();
    expect(stack.clock.now()).toBeGreaterThan(before + 3 * DAY);
  });

  test('in the dark, and back: as the system says, or by the switch', async () => {
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await ground();
    expect(dark).not.toBe(light);
    for (const [hash, title] of [
      ['', 'What is due'],
      ['workspaces', 'Workspaces'],
      ['workspaces/acme/ada', 'acme/ada'],
    ] as const) {
      await go(hash, title);
      expect(await seriousFindings(page)).toEqual([]);
    }
    await page.getByRole('button', { name: 'Use the light scheme' }).click();
    expect(await ground()).toBe(light);
    await page.reload();
    await page.getByRole('button', { name: 'Use the dark scheme' }).click();
    expect(await ground()).toBe(dark);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await ground()).toBe(light);
  });

  test('on a phone nothing is wider than the screen', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const [hash, title] of [
      ['', 'What is due'],
      ['workspaces', 'Workspaces'],
      ['workspaces/acme/ada', 'acme/ada'],
    ] as const) {
      await go(hash, title);
      const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect({ hash, content }).toEqual({ hash, content: screen });
    }
    expect(await seriousFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  test('the keys are told, and the content can be skipped to', async () => {
    await go('', 'What is due');
    await page.keyboard.press('?');
    await dialog().getByText('Next and previous workspace').waitFor();
    await page.keyboard.press('Escape');
    await page.reload();
    await page.getByRole('heading', { name: 'What is due' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  });

  test('read-only shows no way to change anything, and refuses it on the server', async () => {
    const reader = await context.newPage();
    await reader.goto(readOnlyConsole.link());
    await reader.getByText('Read-only').waitFor();
    expect(await reader.getByRole('button', { name: 'Pause', exact: true }).count()).toBe(0);
    const status = await reader.evaluate(async () => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch('api/pause', { method: 'POST', headers, body: '{"reason":"x"}' })).status;
    });
    expect(status).toBe(403);
    await reader.goto(`${reader.url().replace(/#.*/, '')}#/workspaces/acme/ada`);
    await reader.getByRole('heading', { name: 'acme/ada' }).waitFor();
    expect(await reader.getByRole('button', { name: 'Hold' }).count()).toBe(0);
    expect(await reader.getByRole('button', { name: 'Step to next event' }).isDisabled()).toBe(true);
    await reader.close();
  });

  describe('from elsewhere', () => {
    let elsewhere: Server;
    beforeAll(async () => {
      elsewhere = createServer((_, response) =>
        response.setHeader('content-type', 'text/html').end('<p>elsewhere</p>'),
      );
      await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    });
    afterAll(() => {
      elsewhere.close();
      elsewhere.closeAllConnections();
    });

    test('a page of another origin reads nothing and changes nothing, though it knows where we are and the browser has our cookie', async () => {
      const attacker = await context.newPage();
      // The same site: only the port differs, so the browser would send the cookie.
      await attacker.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
      const results = await attacker.evaluate(
        async (target) => {
          const attempt = (path: string, init: RequestInit) =>
            fetch(target + path, { credentials: 'include', ...init }).then(
              async (response) => `${response.type} ${response.status} ${await response.text()}`,
              () => 'failed',
            );
          const body = '{"reason":"evil"}';
          return Promise.all([
            attempt('api/overview', {}),
            attempt('api/overview', { mode: 'no-cors' }),
            attempt('api/pause', { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
            attempt('api/pause', { method: 'POST', body, mode: 'no-cors' }),
          ]);
        },
        base.replace(/#.*/, ''),
      );
      expect(results).toEqual([
        'failed',
        expect.stringMatching(/^(failed|opaque 0 )$/),
        'failed',
        expect.stringMatching(/^(failed|opaque 0 )$/),
      ]);
      await attacker.close();
      await page.reload();
      await page.getByText('Running').waitFor();
    });

    test('a name that was bound anew to this machine is not let in, even with a good token', async () => {
      const attacker = await context.newPage();
      const link = new URL(console_.link());
      const answer = await attacker.goto(`http://evil.example:${link.port}${link.pathname}${link.search}`);
      expect(answer?.status()).toBe(403);
      expect(await attacker.content()).toContain('the request is for another host');
      expect(console_.link()).toBe(String(link));
      await attacker.close();
    });

    test('the console lies in no frame of another page', async () => {
      const attacker = await context.newPage();
      await attacker.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
      await attacker.evaluate((target) => {
        const frame = document.createElement('iframe');
        frame.src = target;
        document.body.append(frame);
        return new Promise((resolve) => frame.addEventListener('load', resolve));
      }, base);
      expect(await attacker.frames()[1]?.evaluate(() => document.getElementById('app') === null)).toBe(true);
      await attacker.close();
    });

    test('without the token, or with one that was used, there is no way in', async () => {
      const stranger = await browser.newContext();
      const visitor = await stranger.newPage();
      expect((await visitor.goto(base))?.status()).toBe(401);
      const link = console_.link();
      expect((await visitor.goto(link))?.status()).toBe(200);
      const other = await (await browser.newContext()).newPage();
      expect((await other.goto(link))?.status()).toBe(403);
      expect(await other.content()).toContain('used already');
      await other.context().close();
      await stranger.close();
    });
  });
});
