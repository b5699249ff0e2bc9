import { checkTestable } from '../../../src/smoke/check-testable.ts';
import { readSmokeOptions } from '../../../src/smoke/options.ts';
import { openStage } from '../../../src/smoke/stage.ts';
import { until } from '../../../src/smoke/until.ts';
import { MemoryClock } from '../../support/memory/clock.ts';
import { OK_POLICY, OK_SAFETY } from '../../support/memory/ok-values.ts';

let written: string;
beforeEach(() => {
  written = '';
  const write = (text: string | Uint8Array) => {
    written += String(text);
    return true;
  };
  jest.spyOn(process.stdout, 'write').mockImplementation(write);
  jest.spyOn(process.stderr, 'write').mockImplementation(write);
});
afterEach(() => jest.restoreAllMocks());

test('without a flag it is the stage of the emulators', () => {
  const asIs = { service: 'workspace-cleanup', stage: 'local', play: 'auto', patience: 180 };
  expect(readSmokeOptions([])).toEqual(asIs);
  expect(readSmokeOptions(['--stage', 'staging', '--play', 'nothing', '--patience', '3600'])).toEqual({
    ...asIs,
    stage: 'staging',
    play: 'nothing',
    patience: 3_600,
  });
});

test.each([
  [['--stage', 'a b'], 'It is "a b", expected letters, digits, - and _.'],
  [['--patience', '0'], 'It is "0", expected whole seconds from 1 to 3600.'],
  [['--patience', '3601'], 'expected whole seconds from 1 to 3600.'],
  [['--play', 'lambda'], 'Allowed choices are auto, schedules, everything, nothing.'],
  [['local'], 'too many arguments'],
])('%j is refused', (flags, message) => {
  expect(() => readSmokeOptions(flags)).toThrow(expect.objectContaining({ exitCode: 1 }));
  expect(written).toContain(message);
});

test('its help says what a stage needs, and what each way of playing does', () => {
  expect(() => readSmokeOptions(['--help'])).toThrow(expect.objectContaining({ exitCode: 0 }));
  expect(written).toContain('ENFORCEMENT=enforce and ARCHIVE_NOTICE_HOURS=0');
  for (const play of ['auto', 'schedules', 'everything', 'nothing']) {
    expect(written).toMatch(new RegExp(`^  ${play} +\\w`, 'm'));
  }
});

test.each(['schedules', 'everything'] as const)('nobody plays %s to AWS itself', async (play) => {
  const options = { service: 'workspace-cleanup', stage: 'prod', play, patience: 1 };
  await expect(openStage(options, { region: 'us-east-1', endpoint: undefined }, () => {})).rejects.toThrow(
    `--play is ${play} and AWS_ENDPOINT_URL is not set, expected an emulator's address`,
  );
});

describe('a stage', () => {
  const noticed = { ...OK_POLICY, notice: { ...OK_POLICY.notice, archive: 86_400 } };

  test('that enforces at once can be tested', () => {
    expect(() => checkTestable({ safety: OK_SAFETY, policy: OK_POLICY }, 'local')).not.toThrow();
  });

  test.each([
    [
      { ...OK_SAFETY, enforcement: 'observe' as const },
      OK_POLICY,
      'ENFORCEMENT is observe, expected enforce',
    ],
    [OK_SAFETY, noticed, 'ARCHIVE_NOTICE_HOURS is 24, expected 0'],
    [
      { ...OK_SAFETY, enforcement: 'off' as const },
      noticed,
      'is off, expected enforce; ARCHIVE_NOTICE_HOURS is 24',
    ],
  ])('that does not is not tested, and it says why', (safety, policy, message) => {
    expect(() => checkTestable({ safety, policy }, 'local')).toThrow(message);
  });
});

describe('what is waited for', () => {
  test('is there at once, or after a while', async () => {
    const looks = [{ kind: 'not-yet', seen: 'a' } as const, { kind: 'there', value: 7 } as const];
    const found = until(
      'it',
      10,
      new MemoryClock(1_000),
      async () => looks.shift() ?? { kind: 'not-yet', seen: 'none' },
    );
    expect(await found).toBe(7);
  });

  test('is looked for once more when the time is over, and then given up with what was seen', async () => {
    const waiting = new MemoryClock(1_000);
    const times: number[] = [];
    const looking = until('it', 10, waiting, async () => {
      times.push(waiting.now() - 1_000);
      return { kind: 'not-yet', seen: `look ${times.length}` };
    });
    await expect(looking).rejects.toThrow(`it: not within 10 s, seen last: look`);
    expect(times.at(-1)).toBeGreaterThanOrEqual(10);
    expect(times.at(-2)).toBeLessThan(10);
  });
});
