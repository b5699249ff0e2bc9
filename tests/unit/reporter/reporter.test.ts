import { report as reportHandler } from '../../../src/handlers/report.ts';
import type { Sent, Way } from '../../../src/reporter/delivery.ts';
import { createReporter, type ReporterOptions } from '../../../src/reporter/reporter.ts';
import type { Report } from '../../../src/reporter/session.ts';
import { TokenWay } from '../../../src/reporter/token-way.ts';
import { NOW, OK_KEY, OK_ROW } from '../../support/memory/ok-values.ts';
import { MemoryWorld } from '../../support/memory-world.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { VirtualTime } from '../../support/virtual-time.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Takes everything, or answers what a test says. */
class MemoryWay implements Way {
  readonly reports: Report[] = [];
  answer: () => Sent = () => ({ kind: 'taken' });

  async send(report: Report): Promise<Sent> {
    const sent = this.answer();
    if (sent.kind === 'taken') this.reports.push(report);
    return sent;
  }
}

function started(options: Partial<ReporterOptions> = {}) {
  const time = new VirtualTime(NOW * SECOND);
  const way = new MemoryWay();
  const lines: string[] = [];
  const reporter = createReporter({ way, time, say: (line) => void lines.push(line), ...options });
  return { time, way, lines, reporter };
}

describe('a session', () => {
  test('is reported where it begins and where it has ended, with the second of the last use', async () => {
    const { time, way, reporter } = started();
    reporter.touch();
    await time.pass(90.5 * SECOND);
    reporter.touch();
    await time.pass(HOUR);
    expect(way.reports).toEqual([
      { lastActivity: NOW, containerStatus: 'active' },
      { lastActivity: NOW + 90, containerStatus: 'idle' },
    ]);
  });

  test('that lasts is reported once an hour', async () => {
    const { time, way, reporter } = started();
    for (let minute = 0; minute < 150; minute += 1) {
      reporter.touch();
      await time.pass(MINUTE);
    }
    expect(way.reports.map(({ lastActivity }) => Number(lastActivity) - NOW)).toEqual([0, 3_600, 7_200]);
    await time.pass(HOUR);
    expect(way.reports.at(-1)).toEqual({ lastActivity: NOW + 149 * 60, containerStatus: 'idle' });
  });

  test.each([
    ['a second before five minutes: the session goes on', 299, 1],
    ['five minutes: it has ended, and another begins', 300, 3],
  ])('a pause of %s', async (_, seconds, reports) => {
    const { time, way, reporter } = started();
    reporter.touch();
    await time.pass(seconds * SECOND);
    reporter.touch();
    await time.pass(0);
    expect(way.reports).toHaveLength(reports);
  });

  test('of fifty thousand uses sets one timer, and ends silent', async () => {
    const { time, way, reporter } = started();
    for (let index = 0; index < 50_000; index += 1) reporter.touch();
    expect(time.waiting).toBe(1);
    await time.pass(24 * HOUR);
    expect(way.reports).toHaveLength(2);
    expect(time.waiting).toBe(0);
  });
});

test('a working day of eight hours in three sessions: fifteen writes at most, and the row is right after each pause', async () => {
  const world = new MemoryWorld(NOW);
  const accessPoint = 'fsap-00000000000000001';
  world.rows.put({ ...OK_ROW, efsAccessPoint: accessPoint, lastActivity: NOW - 86_400 });
  world.rows.takeChanges();
  const time = new VirtualTime(NOW * SECOND);
  const call = async (_: unknown, { headers, body }: { headers: Record<string, string>; body: string }) => {
    world.clock.advance(time.now() / SECOND - world.clock.now());
    const { status, body: answer } = await reportHandler({ headers, body }, world.invocation().ports);
    return Response.json(answer, { status });
  };
  const token = await world.tokens.mint({ ...OK_KEY, accessPoint }, NOW);
  const url = 'https://api.example';
  const way = new TokenWay({ url, token, time, fetch: call as unknown as typeof fetch });
  const reporter = createReporter({ way, time, say: () => {} });
  const random = seededRandom(7);
  let uses = 0;
  for (const [from, to] of [
    [0, 3 * HOUR],
    [3.75 * HOUR, 6 * HOUR],
    [6.25 * HOUR, 8 * HOUR],
  ] as const) {
    await time.pass(NOW * SECOND + from - time.now());
    let last = 0;
    while (time.now() < NOW * SECOND + to) {
      reporter.touch();
      uses += 1;
      last = Math.floor(time.now() / SECOND);
      await time.pass(Math.ceil(random() * 8 * SECOND));
    }
    await time.pass(6 * MINUTE);
    expect(world.rows.get(OK_KEY)?.lastActivity).toBe(last);
  }
  const writes = world.rows.takeChanges().length;
  expect(uses).toBeGreaterThan(5_000);
  // A beat each minute would have been 480.
  expect(writes).toBe(11);
  way.close();
});

describe('offline', () => {
  test('the newest is kept and tried again, ever more rarely; what a long silence leaves is one report', async () => {
    const { time, way, lines, reporter } = started();
    const tries: number[] = [];
    way.answer = () => {
      tries.push(Math.round((time.now() - NOW * SECOND) / SECOND));
      return { kind: 'later', reason: 'the network is down' };
    };
    reporter.touch();
    await time.pass(20 * MINUTE);
    reporter.touch();
    await time.pass(2 * HOUR);
    expect(tries.slice(0, 6)).toEqual([0, 1, 3, 7, 15, 31]);
    expect(Math.max(...tries.map((at, index) => at - (tries[index - 1] ?? at)))).toBe(300);
    expect(lines).toEqual(['the network is down']);
    expect(reporter.isBehind).toBe(true);
    way.answer = () => ({ kind: 'taken' });
    await time.pass(5 * MINUTE);
    expect(way.reports).toEqual([{ lastActivity: NOW + 1_200, containerStatus: 'idle' }]);
    expect(lines).toEqual(['the network is down', 'reports are taken again']);
  });

  test('who says when is believed', async () => {
    const { time, way, reporter } = started();
    way.answer = () => ({ kind: 'later', reason: 'too often', afterSeconds: 120 });
    reporter.touch();
    await time.pass(1);
    way.answer = () => ({ kind: 'taken' });
    await time.pass(119 * SECOND);
    expect(way.reports).toEqual([]);
    await time.pass(2 * SECOND);
    expect(way.reports).toHaveLength(1);
  });

  test('what is refused is said once, and not sent again', async () => {
    const { time, way, lines, reporter } = started();
    way.answer = () => ({ kind: 'refused', reason: 'the token is not valid' });
    reporter.touch();
    await time.pass(6 * MINUTE);
    expect(lines).toEqual(['the token is not valid']);
    expect(reporter.isBehind).toBe(false);
  });
});

describe('the end', () => {
  test('is a status, and no use', async () => {
    const { time, way, reporter } = started();
    reporter.touch();
    await time.pass(10 * SECOND);
    await reporter.stop();
    reporter.touch();
    await time.pass(HOUR);
    expect(way.reports.at(-1)).toEqual({ containerStatus: 'terminated' });
    expect(way.reports).toHaveLength(2);
  });

  test('does not wait for who does not answer', async () => {
    const { time, reporter } = started({ way: { send: () => new Promise(() => {}) } });
    reporter.touch();
    const stopping = reporter.stop();
    await time.pass(3 * SECOND);
    await stopping;
  });
});

describe('clocks', () => {
  test('that are set back make no time of the future, and none before the last', async () => {
    const { time, way, reporter } = started();
    reporter.touch();
    await time.pass(MINUTE);
    time.stepMs = -30 * MINUTE;
    reporter.touch();
    await time.pass(HOUR);
    for (const { lastActivity = 0 } of way.reports) expect(lastActivity).toBeLessThanOrEqual(NOW + 60);
    expect(way.reports.at(-1)).toMatchObject({ containerStatus: 'idle' });
  });

  test('that go on while the machine sleeps end the session when it wakes', async () => {
    const { time, way, reporter } = started();
    reporter.touch();
    await time.pass(MINUTE);
    time.stepMs = 10 * HOUR;
    reporter.touch();
    await time.pass(6 * MINUTE);
    expect(way.reports.map(({ lastActivity }) => lastActivity)).toEqual([NOW, NOW + 36_060, NOW + 36_060]);
  });
});

test('a session that has ended while unsaved work was looked for is told at the end, with its second', async () => {
  const { time, way, reporter } = started({ unsavedWork: () => new Promise(() => {}) });
  reporter.touch();
  await time.pass(60 * SECOND);
  reporter.touch();
  await time.pass(6 * MINUTE);
  await reporter.stop();
  expect(way.reports.at(-1)).toEqual({ lastActivity: NOW + 60, containerStatus: 'terminated' });
});

describe('unsaved work', () => {
  test('is told when use has ended', async () => {
    const { time, way, reporter } = started({ unsavedWork: async () => ({ changes: 3, commits: 1 }) });
    reporter.touch();
    await time.pass(6 * MINUTE);
    expect(way.reports.at(-1)).toEqual({
      lastActivity: NOW,
      containerStatus: 'idle',
      unsavedWork: { changes: 3, commits: 1 },
    });
  });

  test('that nobody can tell keeps nobody from the rest', async () => {
    const { time, way, lines, reporter } = started({
      unsavedWork: () => Promise.reject(new Error('no git')),
    });
    reporter.touch();
    await time.pass(6 * MINUTE);
    expect(way.reports.at(-1)).toEqual({ lastActivity: NOW, containerStatus: 'idle' });
    expect(lines).toEqual(['unsaved work cannot be told: Error: no git']);
  });

  test('who is back while it is looked for is not idle', async () => {
    let found: (work: { changes: number; commits: number }) => void = () => {};
    const { time, way, reporter } = started({
      unsavedWork: () =>
        new Promise((resolve) => {
          found = resolve;
        }),
    });
    reporter.touch();
    await time.pass(6 * MINUTE);
    reporter.touch();
    found({ changes: 1, commits: 0 });
    await time.pass(SECOND);
    expect(way.reports.map(({ containerStatus }) => containerStatus)).toEqual(['active', 'active', 'active']);
    expect(way.reports.at(-1)).toMatchObject({
      lastActivity: NOW + 360,
      unsavedWork: { changes: 1, commits: 0 },
    });
  });
});
