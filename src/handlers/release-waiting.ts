import { type Control, enforcementFor, parseControl, type Safety } from '../core/control.ts';
import { planRelease, type Release, releaseSchema } from '../core/release.ts';
import { MINIMUM_LEAD_SECONDS } from '../core/wake-up.ts';
import type { Clock, ControlTable, Observer, Timers, WaitingKey, Workspaces } from '../ports.ts';
import { forEachLimited } from './for-each-limited.ts';

export interface ReleasePorts {
  control: Pick<ControlTable, 'read' | 'readRelease' | 'noteRelease'>;
  workspaces: Pick<Workspaces, 'waiting' | 'rememberWakeUp'>;
  timers: Timers;
  safety: Safety;
  clock: Pick<Clock, 'now'>;
  observer: Observer;
}

/** So many are woken by one invocation. Then it notes how far it got; that write leads to the next. */
export const WOKEN_PER_TURN = 5_000;
const PAGE = 500;
const ARMING_CONCURRENCY = 20;
/** They are not all woken in the same second: that many a second is what the deadline handler can do. */
const WOKEN_PER_SECOND = 50;

/**
 * After `CleanupControl` has changed, wakes what was kept back and may go on now. What it then does is decided anew, from
 * the rows as they are. Goes by what is noted of the last time, so it may be called at any moment, by whoever; with
 * `hasChanged` it begins anew.
 */
export async function releaseWaiting(ports: ReleasePorts, hasChanged = false): Promise<number> {
  const control = await readControl(ports);
  const noted = releaseSchema
    .optional()
    .catch(undefined)
    .parse(await ports.control.readRelease());
  if (control === undefined) return 0;
  const now = ports.clock.now();
  ports.observer.count(
    'PausedSeconds',
    control.pause === undefined ? 0 : Math.max(0, now - control.pause.at),
  );
  const plan = planRelease(noted, control.revision, now, hasChanged);
  if (plan === undefined) return 0;
  // Whatever waits goes on waiting; when the pause ends, that is a change of its own.
  if (control.pause !== undefined) {
    await ports.control.noteRelease(noted, endOf(plan, ports));
    return 0;
  }
  const { woken, after } = await wakeTurn(control, plan.after, ports);
  const next =
    after === undefined ? endOf(plan, ports) : { ...plan, after, at: Math.floor(ports.clock.now()) };
  await ports.control.noteRelease(noted, next);
  if (woken > 0) ports.observer.info('what was kept back is woken', { woken, done: next.done });
  ports.observer.count('Released', woken);
  return woken;
}

function endOf({ revision, looks }: Release, { clock }: ReleasePorts): Release {
  return { revision, done: true, at: Math.floor(clock.now()), looks: looks + 1 };
}

async function readControl({ control, observer }: ReleasePorts): Promise<Control | undefined> {
  const parsed = parseControl(await control.read());
  if (parsed.kind === 'valid') return parsed.control;
  observer.count('InvalidControl');
  observer.error('CleanupControl is not understood, so nothing is woken', { problems: parsed.problems });
  return undefined;
}

async function wakeTurn(
  control: Control,
  from: WaitingKey | undefined,
  ports: ReleasePorts,
): Promise<{ woken: number; after: WaitingKey | undefined }> {
  let after = from;
  let woken = 0;
  for (let seen = 0; seen < WOKEN_PER_TURN; seen += PAGE) {
    const { keys, more } = await ports.workspaces.waiting(after, PAGE);
    const freed = keys.filter(
      ({ clientId }) => enforcementFor(control, clientId, ports.safety) === 'enforce',
    );
    await wakeAll(freed, woken, ports);
    woken += freed.length;
    after = keys.at(-1) ?? after;
    if (!more) return { woken, after: undefined };
  }
  return { woken, after };
}

async function wakeAll(
  keys: readonly WaitingKey[],
  before: number,
  { timers, workspaces, clock }: ReleasePorts,
): Promise<void> {
  const first = Math.ceil(clock.now()) + MINIMUM_LEAD_SECONDS;
  const wakeUps = keys.map(({ clientId, userId }, index) => ({
    key: { clientId, userId },
    at: first + Math.floor((before + index) / WOKEN_PER_SECOND),
  }));
  await forEachLimited(wakeUps, ARMING_CONCURRENCY, async ({ key, at }) => {
    await timers.arm(key, at);
    await workspaces.rememberWakeUp(key, at, clock.now());
  });
}
