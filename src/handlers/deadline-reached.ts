import { RetryableError } from '../core/errors.ts';
import { type Act, isHeldBack, type Plan, planLifecycle } from '../core/lifecycle.ts';
import type { Policy } from '../core/policy.ts';
import { decideArming, MINIMUM_LEAD_SECONDS, nextWakeUp } from '../core/wake-up.ts';
import { showKey, type WorkspaceKey, workspaceKeySchema } from '../core/workspace-key.ts';
import { type HeldBack, parseRow, type WorkspaceRow } from '../core/workspace-row.ts';
import type { Clock, Observer, Timers, Workspaces } from '../ports.ts';
import { claimRow } from './claim-row.ts';
import { type ConvergePorts, converge } from './converge.ts';
import { giveNotice } from './give-notice.ts';
import { isPermitted, type ObstaclePorts, obstacleTo, type Rules, readRules } from './obstacles.ts';

export interface DeadlineReachedPorts extends ConvergePorts, ObstaclePorts {
  workspaces: Workspaces;
  timers: Timers;
  clock: Clock;
  observer: Observer;
  /** A string that no other invocation has. */
  uniqueOwner(): string;
}

/** What became of a wake-up. */
export type WakeUpResult = 'gone' | 'invalid' | 'rested' | 'waiting' | 'unfinished';

/**
 * How often one wake-up reads the row again because it changed under its hands. Each time somebody else has got
 * ahead, so this many in a row means several writes a second: Lambda's retry will find it calmer.
 */
const MAXIMUM_PASSES = 20;

/**
 * A wake-up that comes less than this before the deadline, in seconds, waits for it: no schedule may be armed that close,
 * so another one would be late by up to as much again.
 */
export const PATIENCE_SECONDS = MINIMUM_LEAD_SECONDS;

/** One look at a workspace: the row, what it is to be judged by, and the plan that follows. */
interface Look {
  row: WorkspaceRow;
  rules: Rules;
  plan: Plan;
  owner: string;
  /** Nothing has been done in this invocation before. */
  isFirst: boolean;
  /** What is due by then (epoch seconds, included) is waited for. */
  patientUntil: number;
}

/**
 * A wake-up has fired for this workspace. What to do is decided from the row as it is now, however the wake-up came:
 * late, early, twice, or for a reason long past. Reads, decides, does one thing, and looks again, until there
 * is nothing to do; then makes sure that the next wake-up is armed.
 *
 * Throws what the ports throw; calling again is always safe. A transition that failed keeps its claim: it is taken up
 * again when the lease ends, and not before. Ending the lease at once would make every failure arm further wake-ups,
 * and a cause that lasts, such as throttling, would feed itself.
 *
 * `patienceSeconds`: how long it may wait for a deadline that is near; whoever has somebody waiting for the answer gives 0.
 */
export async function deadlineReached(
  payload: unknown,
  policy: Policy,
  ports: DeadlineReachedPorts,
  patienceSeconds = PATIENCE_SECONDS,
): Promise<WakeUpResult> {
  const key = readKey(payload, ports.observer);
  if (!key) return 'invalid';
  const owner = ports.uniqueOwner();
  const patientUntil = ports.clock.now() + patienceSeconds;
  for (let pass = 0; pass < MAXIMUM_PASSES; pass += 1) {
    const input = await ports.workspaces.read(key);
    if (input === undefined) return 'gone';
    const now = ports.clock.now();
    const parsed = parseRow(input, now);
    if (parsed.kind === 'invalid') {
      ports.observer.count('InvalidRow');
      ports.observer.error('row is invalid, nothing is done to it', { ...key, problems: parsed.problems });
      await forgetWakeUp(key, input, now, ports.workspaces);
      return 'invalid';
    }
    const { row } = parsed;
    const rules = await readRules(policy, ports);
    const plan = planLifecycle(row, rules.policy, now, owner);
    const result = await follow({ row, rules, plan, owner, isFirst: pass === 0, patientUntil }, ports);
    if (result !== 'look-again') return result;
  }
  throw new RetryableError(
    `${showKey(key)} changed ${MAXIMUM_PASSES} times while one wake-up was handled, expected it to come to rest`,
  );
}

/**
 * This wake-up has come. Whoever mends the row writes it, and that arms the next one: so it must not say that it waits for
 * something else, which may be what this wake-up was for.
 */
async function forgetWakeUp(
  key: WorkspaceKey,
  input: unknown,
  now: number,
  workspaces: Workspaces,
): Promise<void> {
  const { armedFor, heldBack } = input as { armedFor?: unknown; heldBack?: HeldBack };
  if (typeof armedFor !== 'number' || armedFor > now) return;
  await workspaces.settleWakeUp({ ...key, armedFor, heldBack }, undefined, heldBack !== undefined);
}

function readKey(payload: unknown, observer: Observer): WorkspaceKey | undefined {
  const parsed = workspaceKeySchema.safeParse(payload);
  if (parsed.success) return parsed.data;
  observer.count('InvalidWakeUp');
  observer.error('wake-up names no workspace, nothing is done', { payload });
  return undefined;
}

async function follow(look: Look, ports: DeadlineReachedPorts): Promise<WakeUpResult | 'look-again'> {
  const { plan } = look;
  if (plan.kind === 'rest' || plan.kind === 'wait') return settle(look, ports);
  if (waitsForTurn(look, ports)) return settle(look, ports);
  const obstacle = await obstacleTo(plan, look.row, look.rules, ports);
  if (obstacle === 'known') return settle(look, ports);
  if (obstacle === 'noted') return 'look-again';
  if (plan.kind === 'act') return transit(plan, look, ports);
  await giveNotice(plan, look.row, look.rules.policy, ports);
  return 'look-again';
}

/** A wake-up that comes before the workspace's turn in the budget has nothing to ask for yet. */
function waitsForTurn({ row, plan }: Look, { clock }: DeadlineReachedPorts): boolean {
  return row.heldBack?.until !== undefined && isHeldBack(row, plan, clock.now());
}

async function settle(look: Look, ports: DeadlineReachedPorts): Promise<WakeUpResult | 'look-again'> {
  if (await waitForDeadline(look, ports)) return 'look-again';
  if (!(await armNext(look, ports))) return 'look-again';
  return look.plan.kind === 'wait' ? 'waiting' : 'rested';
}

/** True if the deadline was near and has come meanwhile. Nobody is waited for who holds a claim: that takes minutes. */
async function waitForDeadline({ row, rules, plan, patientUntil }: Look, { clock }: DeadlineReachedPorts) {
  if (plan.kind === 'wait') return false;
  const now = clock.now();
  const next = nextWakeUp(row, rules.policy, now);
  if (next === null || next <= now || next > patientUntil) return false;
  return clock.waitUntil(next);
}

/**
 * Ends every wake-up: arms the next one, and makes the row's `armedFor` say so. Whoever changes the row meanwhile
 * changes the condition, and it is done again from what the row then says.
 */
async function armNext({ row, rules, plan, isFirst }: Look, ports: DeadlineReachedPorts): Promise<boolean> {
  const { workspaces, timers, clock, observer } = ports;
  const now = clock.now();
  const arming = decideArming(row, rules.policy, now);
  // What was kept from happening is no longer to happen: its user is back, say.
  const isOver = row.heldBack !== undefined && plan.kind !== 'wait' && !isHeldBack(row, plan, now);
  if (arming.kind === 'skip' && !isOver) return true;
  const next = arming.kind === 'arm' ? arming.at : arming.kind === 'skip' ? arming.armedFor : undefined;
  if (arming.kind === 'arm') {
    await timers.arm(row, arming.at);
    observer.count('Armed');
    if (plan.kind === 'rest' && isFirst) observer.count('WokenEarly');
    observer.info('next wake-up armed', {
      clientId: row.clientId,
      userId: row.userId,
      at: next,
    });
  }
  if (next === undefined && row.armedFor === undefined && !isOver) return true;
  return workspaces.settleWakeUp(row, next, isOver);
}

async function transit(
  plan: Act,
  { row, rules, owner }: Look,
  ports: DeadlineReachedPorts,
): Promise<WakeUpResult | 'look-again'> {
  const claimed = await claimRow(plan, row, rules.policy, owner, ports);
  if (!claimed) return 'look-again';
  const mayGoOn = () => isPermitted(plan, row, ports);
  const done = await converge(claimed, plan, rules.policy, { ...ports, mayGoOn });
  return done === 'unfinished' ? 'unfinished' : 'look-again';
}
