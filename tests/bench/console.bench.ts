import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { bundleAssets } from '../../src/operator/console/assets.ts';
import type { ConsolePorts } from '../../src/operator/console/console-ports.ts';
import { browserMissing, launchBrowser } from '../support/browser.ts';
import { NOW } from '../support/memory/ok-values.ts';
import { memoryConsolePorts, startMemoryConsole } from '../support/memory-console.ts';
import { MemoryWorld } from '../support/memory-world.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type Measured, summarise } from './measure.ts';

const DAY = 86_400;
/** DynamoDB's page has at most 1 MB: some two thousand rows. */
const ROWS_PER_PAGE = 2_000;
const SEARCHES = [
  'user-123',
  'client-7/',
  'CLIENT-42',
  'user-99999',
  'nobody',
  'er-5',
  'client-1',
  '/user-80',
];

export interface ConsoleFigures {
  rows: number;
  /** From the first page of rows to the last, in this process, s. */
  readSeconds: number;
  /** MiB with nothing in it, and with all rows. */
  rss: { before: number; after: number };
  heap: { before: number; after: number };
  /** ms in the server alone, and what of that it had a processor for, on average: another load makes no difference to it. */
  filter: Measured;
  filterCpuMs: number;
  /** The same, each of them after a row has changed. */
  filterAfterChange: Measured;
  overview: Measured;
  /** As a person has it in Chromium, ms; undefined where there is none. */
  page: { firstUsefulPaint: Measured; filter: Measured } | undefined;
}

function rowOf(index: number, random: () => number): Record<string, unknown> {
  const status = random() < 0.94 ? 'active' : random() < 0.5 ? 'suspended' : 'cancelled';
  const lifecycle = random() < 0.3 ? 'archived' : 'active';
  return {
    clientId: `client-${index % 500}`,
    userId: `user-${index}`,
    subscriptionStatus: status,
    subscriptionTier: ['free', 'pro', 'enterprise'][index % 3],
    lastActivity: NOW - Math.floor(random() * 40 * DAY),
    containerStatus: 'active',
    efsAccessPoint: `fsap-${index.toString(16).padStart(17, '0')}`,
    posixUid: 100_000 + index,
    lifecycle,
    subscriptionEventAt: NOW - 50 * DAY,
    armedFor: NOW + Math.floor(random() * 30 * DAY),
    ...(lifecycle === 'archived' && { history: { sequence: 4, at: NOW - Math.floor(random() * 20 * DAY) } }),
  };
}

/** Rows come a page at a time, and nobody but the console keeps them. */
function readingOf(count: number): Pick<ConsolePorts['fleet'], 'readAll'> {
  return {
    readAll: async ({ onPage }) => {
      const random = seededRandom(1);
      for (let first = 0; first < count; first += ROWS_PER_PAGE) {
        const length = Math.min(ROWS_PER_PAGE, count - first);
        onPage(
          Array.from({ length }, (_, index) => rowOf(first + index, random)),
          length / 16,
        );
        // As between two pages of DynamoDB: others have their turn.
        await wait(0);
      }
    },
  };
}

const mebibytes = () => {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rss: rss / 2 ** 20, heap: heapUsed / 2 ** 20 };
};

/** How fast the console is with so many rows, and what memory that takes. */
export async function benchConsole(rows: number): Promise<ConsoleFigures> {
  const world = new MemoryWorld();
  const ports = memoryConsolePorts(world);
  const before = mebibytes();
  const begin = performance.now();
  const console_ = await startMemoryConsole(world, {
    ports: { ...ports, fleet: { ...ports.fleet, ...readingOf(rows) } },
    assets: await bundleAssets(),
  });
  const readSeconds = (performance.now() - begin) / 1_000;
  const { fleet } = console_;
  const query = {
    lifecycle: undefined,
    tier: undefined,
    status: undefined,
    state: undefined,
    sort: 'next',
    descending: false,
    page: 0,
    size: 50,
  } as const;
  const search = (text: string) => timed(() => fleet.page({ ...query, search: text }));
  search('');
  const cpu = process.cpuUsage();
  const filter = SEARCHES.flatMap((text) => [search(text), search(text)]);
  const filterCpuMs = process.cpuUsage(cpu).user / 1_000 / filter.length;
  const filterAfterChange = SEARCHES.map((text, index) => {
    fleet.applyRow(`client-1/user-${index}`, { ...rowOf(index, Math.random), lastActivity: NOW - index });
    return search(text);
  });
  const overview = Array.from({ length: 10 }, () => timed(() => fleet.overview()));
  const after = mebibytes();
  try {
    return {
      rows,
      readSeconds,
      rss: { before: before.rss, after: after.rss },
      heap: { before: before.heap, after: after.heap },
      filter: summarise(filter),
      filterCpuMs,
      filterAfterChange: summarise(filterAfterChange),
      overview: summarise(overview),
      page: browserMissing === undefined ? await measurePage(console_.link(), rows) : undefined,
    };
  } finally {
    await console_.close();
  }
}

function timed(work: () => unknown): number {
  const begin = performance.now();
  work();
  return performance.now() - begin;
}

/** What a person waits for: the counts of the fleet on the screen, and the table after a key. */
async function measurePage(link: string, rows: number): Promise<NonNullable<ConsoleFigures['page']>> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(link);
    const base = page.url().replace(/#.*/, '');
    // As text: the page's own objects are not known here.
    await page.addInitScript(`
      new MutationObserver((_, observer) => {
        const total = document.querySelector('.glance strong')?.textContent ?? '';
        if (total !== '${rows.toLocaleString('en')}') return;
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(() => { globalThis.usefulAt = performance.now(); }));
      }).observe(document, { childList: true, subtree: true, characterData: true });`);
    const paints: number[] = [];
    for (let run = 0; run < 7; run += 1) {
      await page.goto(`${base}#/`);
      await page.reload();
      paints.push(await page.evaluate<number>(USEFUL_AT));
    }
    await page.goto(`${base}#/workspaces`);
    await page.waitForSelector('tbody tr');
    const filter: number[] = [];
    for (const text of SEARCHES) filter.push(await filterTime(page, text));
    return { firstUsefulPaint: summarise(paints), filter: summarise(filter) };
  } finally {
    await browser.close();
  }
}

/** Asks at each frame; the page's policy lets no text be evaluated in it, so there is no waiting for an expression. */
const USEFUL_AT = `new Promise((resolve) => {
  const look = () => (globalThis.usefulAt > 0 ? resolve(globalThis.usefulAt) : requestAnimationFrame(look));
  look();
})`;

/** From the key to the frame that shows another count, ms. */
function filterTime(page: Page, text: string): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve) => {
    const input = document.querySelector('input[type=search]');
    const found = document.querySelector('.found');
    const before = found.textContent;
    const begin = performance.now();
    new MutationObserver((_, observer) => {
      if (document.querySelector('.found').textContent === before) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begin)));
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
    input.value = ${JSON.stringify(text)};
    input.dispatchEvent(new Event('input', { bubbles: true }));
  })`);
}
