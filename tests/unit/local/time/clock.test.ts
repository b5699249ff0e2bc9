import { realTimeClock, SteppedClock } from '../../../../src/local/time/clock.ts';
import { InFlight } from '../../../../src/local/time/in-flight.ts';

const START = 1_767_225_600;

function stepped(speed = Number.POSITIVE_INFINITY) {
  const inFlight = new InFlight();
  const persisted: number[] = [];
  const clock = new SteppedClock({ start: START, speed, inFlight, persist: (time) => persisted.push(time) });
  return { clock, inFlight, persisted };
}

describe('a stepped clock', () => {
  test('fires alarms at their exact second, in order of time, then of being set', async () => {
    const { clock } = stepped();
    const fired: string[] = [];
    const alarm = (name: string, at: number) =>
      clock.wakeAt(at, () => fired.push(`${name} ${clock.now() - START}`));
    alarm('late', START + 90);
    alarm('first', START + 30);
    alarm('second', START + 30);
    await clock.advanceTo(START + 89);
    expect(fired).toEqual(['first 30', 'second 30']);
    expect(clock.now()).toBe(START + 89);
    await clock.advanceTo(START + 90);
    expect(fired).toEqual(['first 30', 'second 30', 'late 90']);
  });

  test('stands still while anything is in flight', async () => {
    const { clock, inFlight } = stepped();
    const end = inFlight.begin();
    const advanced = clock.advanceTo(START + 1_000);
    await new Promise((resume) => setImmediate(resume));
    expect(clock.now()).toBe(START);
    end();
    await advanced;
    expect(clock.now()).toBe(START + 1_000);
  });

  test('lets what an alarm began come to its end before it moves on', async () => {
    const { clock, inFlight } = stepped();
    const times: number[] = [];
    clock.wakeAt(START + 10, () => {
      void inFlight.during(async () => {
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resume) => setImmediate(resume));
        times.push(clock.now() - START);
        clock.wakeAt(START + 20, () => times.push(clock.now() - START));
      });
    });
    await clock.advanceTo(START + 1_000);
    expect(times).toEqual([10, 20]);
  });

  test('an alarm that was cancelled, also by one of the same second, does not fire', async () => {
    const { clock } = stepped();
    const fired: string[] = [];
    clock.wakeAt(START + 5, () => cancel());
    const cancel = clock.wakeAt(START + 5, () => fired.push('cancelled'));
    await clock.advanceTo(START + 10);
    expect(fired).toEqual([]);
  });

  test('an alarm in the past fires at once, and takes the clock nowhere', async () => {
    const { clock } = stepped();
    const fired: number[] = [];
    clock.wakeAt(START - 100, () => fired.push(clock.now()));
    await clock.advanceTo(START);
    expect(fired).toEqual([START]);
  });

  test('persists each time before anybody sees it', async () => {
    const { clock, persisted } = stepped();
    clock.wakeAt(START + 7, () => expect(persisted.at(-1)).toBe(START + 7));
    await clock.advanceTo(START + 9);
    expect(persisted).toEqual([START + 7, START + 9]);
  });

  test('a time that cannot be persisted is never shown', async () => {
    const clock = new SteppedClock({
      start: START,
      speed: Number.POSITIVE_INFINITY,
      inFlight: new InFlight(),
      persist: () => {
        throw new Error('disk full');
      },
    });
    await expect(clock.advanceTo(START + 1)).rejects.toThrow('disk full');
    expect(clock.now()).toBe(START);
  });

  test('stopped while something is in flight, it moves no more', async () => {
    const { clock, inFlight, persisted } = stepped();
    const end = inFlight.begin();
    const advanced = clock.advanceTo(START + 1_000);
    clock.stop();
    end();
    await advanced;
    expect(persisted).toEqual([]);
  });
});

describe('the pace of a stepped clock', () => {
  let running: SteppedClock | undefined;
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => {
    running?.stop();
    jest.useRealTimers();
  });

  function run(speed: number) {
    const { clock, inFlight } = stepped(speed);
    running = clock;
    clock.run();
    return { clock, inFlight };
  }

  test('is what it is set to, at once: stopped it stands still', async () => {
    const { clock } = run(3_600);
    await jest.advanceTimersByTimeAsync(1_000);
    const before = clock.now();
    expect(before - START).toBeGreaterThan(3_400);
    expect(before - START).toBeLessThanOrEqual(3_600);
    clock.speed = 0;
    await jest.advanceTimersByTimeAsync(40);
    const stopped = clock.now();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(clock.now()).toBe(stopped);
    clock.speed = 86_400;
    await jest.advanceTimersByTimeAsync(1_000);
    expect(clock.now() - stopped).toBeGreaterThan(80_000);
  });

  test('a step goes to the next alarm, however slow the clock, and ends when what that has caused is done', async () => {
    const { clock, inFlight } = run(0);
    let end = () => {};
    const fired: number[] = [];
    for (const at of [START + 500, START + 900])
      clock.wakeAt(at, () => {
        fired.push(at - START);
        end = inFlight.begin();
      });
    let isOver = false;
    const step = clock.step().then(() => {
      isOver = true;
    });
    await jest.advanceTimersByTimeAsync(100);
    expect(fired).toEqual([500]);
    expect(isOver).toBe(false);
    end();
    await step;
    expect(clock.now()).toBe(START + 500);
  });
});

describe('a clock in real time', () => {
  beforeEach(() => jest.useFakeTimers({ now: START * 1_000 }));
  afterEach(() => jest.useRealTimers());

  test('shows the time, moved by its offset', () => {
    expect(realTimeClock().now()).toBe(START);
    expect(realTimeClock(86_400).now()).toBe(START + 86_400);
  });

  test('wakes at the second, also further ahead than one timer reaches, and not when cancelled', () => {
    const clock = realTimeClock();
    const woken: number[] = [];
    const far = START + 90 * 86_400 + 1;
    clock.wakeAt(far, () => woken.push(clock.now()));
    const cancel = clock.wakeAt(far, () => woken.push(Number.NaN));
    jest.advanceTimersByTime(90 * 86_400 * 1_000);
    expect(woken).toEqual([]);
    cancel();
    jest.advanceTimersByTime(1_000);
    expect(woken).toEqual([far]);
  });

  test('stopped, it wakes nobody', () => {
    const clock = realTimeClock();
    const action = jest.fn();
    clock.wakeAt(START + 1, action);
    clock.stop();
    jest.advanceTimersByTime(10_000);
    expect(action).not.toHaveBeenCalled();
  });
});
