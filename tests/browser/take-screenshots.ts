import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeControl } from '../../src/handlers/change-control.ts';
import { extendWorkspace, holdWorkspace } from '../../src/handlers/keep-workspace.ts';
import { type Stack, startStack } from '../../src/local/stack.ts';
import { createConsolePorts, startConsole } from '../../src/operator/console/console.ts';
import { launchBrowser } from '../support/browser.ts';
import { bill, putRow, setAttribute } from '../support/local-stack.ts';
import { seededRandom } from '../support/seeded-random.ts';

// The pictures of the README: `npm run screenshots`. A fleet lives for eighteen days under the real handlers, some minutes of ours.

const DAY = 86_400;
const DAYS = 18;
const USERS =
  'ada bo cy dot eli fay gus hana ida jo kai lea max nia ole pia quin ray sol tess uma vic wes xena yuri zoe'.split(
    ' ',
  );
const CLIENTS = [
  { clientId: 'acme', tier: 'free', users: 26 },
  { clientId: 'globex', tier: 'pro', users: 24 },
  { clientId: 'hooli', tier: 'free', users: 26 },
  { clientId: 'initech', tier: 'enterprise', users: 18 },
  { clientId: 'soylent', tier: 'free', users: 22 },
  { clientId: 'stark', tier: 'pro', users: 20 },
  { clientId: 'umbrella', tier: 'free', users: 20 },
  { clientId: 'wonka', tier: 'pro', users: 14 },
] as const;
const random = seededRandom(7);
const KEYS = CLIENTS.flatMap(({ clientId, users }) =>
  USERS.slice(0, users).map((userId) => ({ clientId, userId })),
);

async function seed(stack: Stack): Promise<void> {
  const now = Math.floor(stack.clock.now());
  for (const { clientId, tier } of CLIENTS) await bill(stack, clientId, 'active', tier);
  for (const { clientId, userId } of KEYS) {
    const tier = CLIENTS.find((client) => client.clientId === clientId)?.tier;
    await putRow(stack, {
      clientId,
      userId,
      subscriptionStatus: 'active',
      subscriptionTier: tier,
      containerStatus: 'active',
      lastActivity: now - Math.floor(random() * 6.5 * DAY),
      ...(random() < 0.15 && { retentionDays: 14 }),
    });
  }
  await putRow(stack, { clientId: 'wayne', userId: 'bruce', lastActivity: now * 1_000 });
}

async function live(stack: Stack): Promise<void> {
  const { policy } = stack.configuration;
  const ports = createConsolePorts(stack.clients.dynamodb, stack.configuration, stack.clock);
  const by = 'maria';
  const happens: Record<number, () => Promise<unknown>> = {
    2: () => bill(stack, 'hooli', 'cancelled', 'free'),
    4: () => bill(stack, 'stark', 'suspended', 'pro'),
    6: () => changeControl({ kind: 'pause', reason: 'a look at the bills' }, by, ports),
    7: () => changeControl({ kind: 'resume' }, by, ports),
    8: () => bill(stack, 'stark', 'active', 'pro'),
    9: () => changeControl({ kind: 'enforcement', clientId: 'wonka', enforcement: 'observe' }, by, ports),
    17: async () => {
      const until = Math.floor(stack.clock.now()) + 40 * DAY;
      const globex = (userId: string) => ({ clientId: 'globex', userId });
      await holdWorkspace(globex('bo'), { by, reason: 'legal case 1182', until }, ports);
      await holdWorkspace(globex('ida'), { by, reason: 'on parental leave' }, ports);
      await extendWorkspace(globex('kai'), { by, reason: 'back from holiday then', until }, policy, ports);
    },
  };
  const begin = stack.clock.now();
  for (let day = 1; day <= DAYS; day += 1) {
    await stack.advanceTo(begin + day * DAY);
    await happens[day]?.();
    for (const key of KEYS) {
      const chance = key.clientId === 'acme' || key.clientId === 'initech' ? 0.11 : 0.05;
      if (random() < chance)
        await setAttribute(stack, key, 'lastActivity', Math.floor(stack.clock.now() - random() * DAY));
    }
  }
  await stack.advanceTo(begin + (DAYS + 0.4) * DAY);
}

const PICTURES = [
  { name: 'console-overview-light', hash: '', scheme: 'light', width: 1280, height: 1168 },
  { name: 'console-overview-dark', hash: '', scheme: 'dark', width: 1280, height: 1168 },
  {
    name: 'console-workspaces-light',
    hash: 'workspaces?tier=free',
    scheme: 'light',
    width: 1280,
    height: 760,
  },
  { name: 'console-workspace-dark', hash: 'liveliest', scheme: 'dark', width: 1280, height: 1000 },
  {
    name: 'console-workspace-light',
    hash: 'liveliest',
    scheme: 'light',
    width: 1280,
    height: 1000,
  },
  { name: 'console-phone-light', hash: '', scheme: 'light', width: 390, height: 844 },
] as const;

const folder = mkdtempSync(join(tmpdir(), 'workspace-cleanup-screenshots-'));
const images = process.argv[2] ?? 'docs/images';
mkdirSync(images, { recursive: true });
const silent = () => {};
const stack = await startStack({
  dataDirectory: folder,
  port: 0,
  httpPort: 0,
  speed: Number.POSITIVE_INFINITY,
  deliveries: 1,
  environment: { MAX_ARCHIVES_PER_HOUR: '6', MAX_TERMINATIONS_PER_HOUR: '2', MAX_PERCENT_PER_CLIENT: '100' },
  observer: { info: silent, warn: silent, error: silent, count: silent },
  log: console.log,
  onFailure: console.error,
});
try {
  await seed(stack);
  await live(stack);
  const ports = createConsolePorts(stack.clients.dynamodb, stack.configuration, stack.clock);
  const place = 'local stack';
  const running = await startConsole({
    ports,
    port: 0,
    readOnly: false,
    by: 'maria',
    place,
    table: 'WorkspaceStatus',
    isFed: true,
  });
  await running.loaded;
  // The one with the longest history of those that live.
  const lively = [...running.fleet.index.all()].filter(
    ({ next, lifecycle }) => next !== undefined && lifecycle === 'active',
  );
  const sequence = ({ row }: (typeof lively)[number]) => row?.history?.sequence ?? 0;
  const liveliest = `workspaces/${lively.sort((a, b) => sequence(b) - sequence(a))[0]?.id}`;
  const browser = await launchBrowser();
  const context = await browser.newContext({ deviceScaleFactor: 1.5 });
  const page = await context.newPage();
  await page.goto(running.link());
  await page.waitForSelector('.card');
  const base = page.url().replace(/#.*/, '');
  for (const { name, hash, scheme, width, height } of PICTURES) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.goto(`${base}#/${hash === 'liveliest' ? liveliest : hash}`);
    await page.reload();
    await page.waitForSelector('.card, .grid');
    await page.getByText('Live').waitFor();
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(images, `${name}.png`) });
  }
  await browser.close();
  await running.close();
} finally {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
}
