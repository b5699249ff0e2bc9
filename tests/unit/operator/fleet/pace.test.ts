import { Pace } from '../../../../src/operator/fleet/pace.ts';

/** Time that passes only by waiting. */
function waitedTime() {
  const time = {
    at: 100,
    now: () => time.at,
    wait: async (seconds: number) => {
      time.at += seconds;
    },
  };
  return time;
}

test('a thousand units at 100 a second take ten seconds, to what is not worth a timer', async () => {
  const time = waitedTime();
  const pace = new Pace(100, time);
  for (let spent = 0; spent < 1_000; spent += 1) await pace.spend(1);
  expect(time.at - 100).toBeGreaterThan(9.7);
  expect(time.at - 100).toBeLessThan(10.1);
});

test('a large page is paid for by whoever comes next', async () => {
  const time = waitedTime();
  const pace = new Pace(50, time);
  await pace.spend(100);
  expect(time.at).toBe(100);
  await pace.spend(1);
  // Two seconds, but for what may be saved up.
  expect(time.at).toBeCloseTo(101.8, 5);
});

test('an hour of doing nothing is no hour to spend at once', async () => {
  const time = waitedTime();
  const pace = new Pace(10, time);
  await pace.spend(1);
  time.at += 3_600;
  const before = time.at;
  for (let spent = 0; spent < 100; spent += 1) await pace.spend(1);
  expect(time.at - before).toBeGreaterThan(9.6);
});
