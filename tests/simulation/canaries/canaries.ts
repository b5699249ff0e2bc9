import type { Patch } from '../runner/bundle.ts';

/** A bug of the kind that people really write, and why it is one. */
export interface Canary {
  name: string;
  /** The promise that it breaks first, as the checker calls it. */
  promise: string;
  why: string;
  patches: Patch[];
}

const lifecycle = 'src/core/lifecycle.ts';
const policy = 'src/core/policy.ts';
const wakeUp = 'src/core/wake-up.ts';
const claimRow = 'src/handlers/claim-row.ts';
const converge = 'src/handlers/converge.ts';
const deadlineReached = 'src/handlers/deadline-reached.ts';
const obstacles = 'src/handlers/obstacles.ts';
const workspaceChanged = 'src/handlers/workspace-changed.ts';
const timers = 'src/aws/scheduler-timers.ts';
/** The conditions of the table, which the contract suite holds to be those of the DynamoDB adapter. */
const table = 'tests/support/memory/workspaces.ts';

/** Each has to be caught. A patch that no longer fits its file stops the hunt: then the canary is to be planted anew. */
export const CANARIES: readonly Canary[] = [
  {
    name: 'a warm function remembers the row',
    promise: 'converges',
    why: 'what it decides on is not what the table says',
    patches: [
      {
        file: deadlineReached,
        find: 'const input = await ports.workspaces.read(key);',
        replace: `const remembered = ((ports.observer as any).rows ??= new Map()) as Map<string, unknown>;
    const input = remembered.get(showKey(key)) ?? (await ports.workspaces.read(key));
    remembered.set(showKey(key), input);`,
      },
    ],
  },
  {
    name: 'the answer of the claim is not looked at',
    promise: 'nothing early',
    why: 'it goes on without one',
    patches: [
      {
        file: claimRow,
        find: 'if (await workspaces.claim(row, claim, during, entry)) {',
        replace: 'if ((await workspaces.claim(row, claim, during, entry)) || true) {',
      },
    ],
  },
  {
    name: 'the claim does not look at the activity',
    promise: 'nothing early',
    why: 'a user who came back between the read and the claim is cleaned up',
    patches: [{ file: table, find: 'now.lastActivity === row.lastActivity &&', replace: '' }],
  },
  {
    name: 'any conflict means armed',
    promise: 'armed is armed',
    why: 'the schedule of that name may have fired, and only lingers',
    patches: [
      { file: timers, find: 'if (at > this.clock.now() + CLOCK_SKEW_SECONDS) return;', replace: 'return;' },
    ],
  },
  {
    name: 'one schedule name for each workspace',
    promise: 'armed is armed',
    why: 'the next wake-up meets the last one, which lingers',
    patches: [
      {
        file: timers, // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what the file says
        find: 'return `${at}-${hash}`;',
        replace: 'return hash;',
      },
    ],
  },
  {
    name: 'access goes before the tasks have stopped',
    promise: 'in order',
    why: 'who is connected keeps working, and writes after the end',
    patches: [
      {
        file: lifecycle,
        find: "archive: { during: 'archiving', after: 'archived', steps: ['stop-tasks', 'remove-access'] }",
        replace:
          "archive: { during: 'archiving', after: 'archived', steps: ['remove-access', 'stop-tasks'] }",
      },
    ],
  },
  {
    name: 'tasks are asked to stop, and not waited for',
    promise: 'in order',
    why: 'StopTask answers at once, and the container runs on for its stop timeout',
    patches: [
      {
        file: converge,
        find: `left = await tasks.unstoppedOf(left);
    // One more look at the lists: something may have been started meanwhile.
    if (left.length === 0) left = (await tasks.unstopped(row, row.taskArn)).tasks;`,
        replace: 'left = [];',
      },
    ],
  },
  {
    name: 'an archive deletes the files too',
    promise: 'nothing early',
    why: 'there is nothing to come back to',
    patches: [
      {
        file: lifecycle,
        find: "after: 'archived', steps: ['stop-tasks', 'remove-access'] }",
        replace: "after: 'archived', steps: ['stop-tasks', 'remove-access', 'delete-files'] }",
      },
    ],
  },
  {
    name: 'armedFor is not written at the end',
    promise: 'overdue means overdue',
    why: 'everything looks overdue for ever, and the backstop arms it every quarter of an hour',
    patches: [
      {
        file: deadlineReached,
        find: 'return workspaces.settleWakeUp(row, next, isOver);',
        replace: 'return true;',
      },
    ],
  },
  {
    name: 'a wake-up that finds nothing due just ends',
    promise: 'nothing missed',
    why: 'it came early, as lazy arming wants it to, and nobody arms the one that is needed',
    patches: [
      {
        file: deadlineReached,
        find: "if (!(await armNext(look, ports))) return 'look-again';",
        replace: '',
      },
    ],
  },
  {
    name: 'a wake-up of the past counts as armed',
    promise: 'nothing missed',
    why: 'it may have fired and come to nothing',
    patches: [
      {
        file: wakeUp,
        find: 'if (armedFor !== undefined && now + CLOCK_SKEW_SECONDS < armedFor && armedFor <= at)',
        replace: 'if (armedFor !== undefined && armedFor <= at)',
      },
    ],
  },
  {
    name: 'milliseconds for seconds',
    promise: 'nothing missed',
    why: 'what is due now is armed for tomorrow',
    patches: [
      { file: wakeUp, find: 'MINIMUM_LEAD_SECONDS = 60;', replace: 'MINIMUM_LEAD_SECONDS = 60_000;' },
    ],
  },
  {
    name: 'off by one second',
    promise: 'nothing early',
    why: '"idle for longer than seven days" is not "for seven days"',
    patches: [
      {
        file: policy,
        find: 'limits.find((limit) => idleSeconds > limit.idleLimitSeconds)',
        replace: 'limits.find((limit) => idleSeconds >= limit.idleLimitSeconds)',
      },
      {
        file: policy,
        find: 'return row.lastActivity + limit.idleLimitSeconds + 1;',
        replace: 'return row.lastActivity + limit.idleLimitSeconds;',
      },
    ],
  },
  {
    name: 'an own retention shortens the grace of who has cancelled',
    promise: 'nothing missed',
    why: 'it replaces the number of the tier, and no other',
    patches: [
      {
        file: policy,
        find: 'idleLimitSeconds: policy.cancelledGraceDays * DAY_SECONDS',
        replace: 'idleLimitSeconds: (row.retentionDays ?? policy.cancelledGraceDays) * DAY_SECONDS',
      },
    ],
  },
  {
    name: 'an extension is noted and not looked at',
    promise: 'nothing early',
    why: 'somebody was promised more time',
    patches: [{ file: policy, find: "if (isExtended(row, second)) return active('extended');", replace: '' }],
  },
  {
    name: 'a hold is noted and not looked at',
    promise: 'nothing early',
    why: 'somebody wants it kept as it is',
    patches: [{ file: policy, find: 'if (isHeld(row, second)) return', replace: 'if (false) return' }],
  },
  {
    name: 'what an operator asks for is not taken back by its user',
    promise: 'nothing early',
    why: 'whoever has come back since then is cleaned up',
    patches: [{ file: policy, find: ' && lastActivity < requested.at', replace: '' }],
  },
  {
    name: 'the oldest image of a batch',
    promise: 'nothing missed',
    why: 'the deadline of a state that is over is armed, and the new one missed',
    patches: [
      {
        file: workspaceChanged,
        find: 'of newestOfEachItem(records)) {',
        replace: 'of newestOfEachItem([...records].reverse())) {',
      },
    ],
  },
  {
    name: 'the sequence number of the last record',
    promise: 'nothing missed',
    why: 'what failed before it is taken for handled',
    patches: [
      {
        file: workspaceChanged,
        find: 'return { retryFrom: lowestSequenceNumber(failed) };',
        replace: 'return { retryFrom: failed.length > 0 ? records.at(-1)?.sequenceNumber : undefined };',
      },
    ],
  },
  {
    name: 'a record that failed is logged and skipped',
    promise: 'nothing missed',
    why: 'nobody arms its wake-up',
    patches: [{ file: workspaceChanged, find: 'failed.push(record.sequenceNumber);', replace: '' }],
  },
  {
    name: 'armedFor first, then the schedule',
    promise: 'nothing missed',
    why: 'a crash in between leaves a row that counts on a wake-up that does not exist',
    patches: [
      {
        file: workspaceChanged,
        find: `await timers.arm(row, at);
  await workspaces.rememberWakeUp(row, at, clock.now());`,
        replace: `await workspaces.rememberWakeUp(row, at, clock.now());
  await timers.arm(row, at);`,
      },
    ],
  },
  {
    name: 'the claim first, then the wake-up for its end',
    promise: 'nothing missed',
    why: 'a crash in between leaves a workspace half done, and nobody comes',
    patches: [
      {
        file: claimRow,
        find: `await timers.arm(row, claim.until);
  observer.count('Armed');
  if (await workspaces.claim(row, claim, during, entry)) {`,
        replace: `if (await workspaces.claim(row, claim, during, entry)) {
    await timers.arm(row, claim.until);
    observer.count('Armed');`,
      },
    ],
  },
  {
    name: 'a claim is entered while it lives, twenty seconds old',
    promise: 'nothing early',
    why: 'two work on the same workspace',
    patches: [
      {
        file: lifecycle,
        find: 'if (claim && now < claim.until && claim.owner !== self)',
        replace: 'if (claim && now < claim.until - 400 && claim.owner !== self)',
      },
    ],
  },
  {
    name: 'a lease that is shorter than the work',
    promise: 'nothing early',
    why: 'its owner goes on when it has become the property of another',
    patches: [{ file: claimRow, find: 'LEASE_SECONDS = 420;', replace: 'LEASE_SECONDS = 42;' }],
  },
  {
    name: 'last words count as activity',
    promise: 'only active takes activity',
    why: 'a container that is stopped for being idle brings its workspace back for ever',
    patches: [{ file: table, find: "(row.lifecycle ?? 'active') === 'active');", replace: 'true);' }],
  },
  {
    name: 'nobody pauses when too many have to wait',
    promise: 'bounded',
    why: 'something is wrong with the world or with us, and no person looks',
    patches: [
      {
        file: 'src/handlers/take-turn.ts',
        find: 'if (putOff > safety.pauseAtPutOff[loss]) await pause(loss, putOff, ports);',
        replace: 'if (putOff > 1_000_000) await pause(loss, putOff, ports);',
      },
    ],
  },
  {
    name: 'one client has the budget of all',
    promise: 'bounded',
    why: 'whoever is big keeps everybody else waiting',
    patches: [
      {
        file: 'src/core/budget.ts',
        find: 'perClient: Math.ceil((total * safety.percentPerClient) / 100)',
        replace: 'perClient: Math.max(total, safety.percentPerClient * 0)',
      },
    ],
  },
  {
    name: 'losses are announced to nobody',
    promise: 'history equals what happened',
    why: 'they are in the history, which no user reads',
    patches: [
      { file: 'src/core/event.ts', find: "expiring: 'Workspace Expiring',", replace: 'expiring: undefined,' },
    ],
  },
  {
    name: 'an event that could not be put counts as put',
    promise: 'history equals what happened',
    why: 'nobody is ever told of it',
    patches: [
      {
        file: 'src/handlers/publish-events.ts',
        find: 'return call.map((_, index) => index);',
        replace: 'return call.map((_, index) => index).slice(call.length);',
      },
    ],
  },
  {
    name: 'an extension is a little shorter than asked for',
    promise: 'each its own',
    why: 'somebody was promised that second',
    patches: [
      {
        file: 'src/handlers/keep-workspace.ts',
        find: 'keeping: { hold: row.hold, extension, requested',
        replace:
          'keeping: { hold: row.hold, extension: { ...extension, until: extension.until - 60 }, requested',
      },
    ],
  },
  {
    name: 'files go without notice',
    promise: 'told first',
    why: 'nobody could save what they had',
    patches: [
      {
        file: 'src/core/notice.ts',
        find: "if (required === 0) return { kind: 'open', due: coming.deadline };",
        replace: "if (required >= 0) return { kind: 'open', due: coming.deadline };",
      },
    ],
  },
  {
    name: 'nobody asks before the claim whether it may be',
    promise: 'fails closed',
    why: 'a pause, or a client who is only observed, keeps nothing from being claimed',
    patches: [
      {
        file: obstacles,
        find: "if (permission !== 'go') return { reason: permission };",
        replace: '',
      },
    ],
  },
  {
    name: 'nobody asks again before the next step',
    promise: 'fails closed',
    why: 'what is under way goes on after somebody has pulled the brake',
    patches: [
      {
        file: obstacles,
        find: "return control !== undefined && permissionFor(control, clientId, plan.transition, ports.safety) === 'go';",
        replace:
          'return true || (control && permissionFor(control, clientId, plan.transition, ports.safety));',
      },
    ],
  },
  {
    name: 'observe acts',
    promise: 'fails closed',
    why: 'somebody is only looking at what would happen',
    patches: [
      {
        file: 'src/core/control.ts',
        find: "if (enforcement !== 'enforce') return enforcement;",
        replace: '',
      },
    ],
  },
  {
    name: 'a control that is not understood permits everything',
    promise: 'fails closed',
    why: 'a typo switches the brakes off',
    patches: [
      {
        file: obstacles,
        find: "if (control === undefined) return { reason: 'control-invalid' };",
        replace: 'if (control === undefined) return undefined;',
      },
    ],
  },
  {
    name: 'the budget is asked for, and not waited for',
    promise: 'bounded',
    why: 'a wrong input cleans the whole fleet',
    patches: [
      {
        file: obstacles,
        find: "return turn.kind === 'now' ? undefined : { reason: 'budget', until: turn.at };",
        replace: 'return turn.kind ? undefined : undefined;',
      },
    ],
  },
  {
    name: 'the access point that the row names goes, whosever it is',
    promise: 'nothing early',
    why: 'a row may be wrong, and the other user loses the door',
    patches: [
      {
        file: converge,
        find: 'for (const { id } of own) await accessPoints.remove(id);',
        replace: 'for (const id of [...own.map((one) => one.id), ...foreign]) await accessPoints.remove(id);',
      },
    ],
  },
  {
    name: 'the backstop looks for hours that never come',
    promise: 'converges',
    why: 'a wake-up that was lost for good is found by nobody',
    patches: [
      {
        file: 'src/handlers/overdue-check.ts',
        find: 'OVERDUE_AFTER_SECONDS = 900;',
        replace: 'OVERDUE_AFTER_SECONDS = 900_000;',
      },
    ],
  },
  {
    name: 'what was held back is not found when it may go on',
    promise: 'nothing missed',
    why: 'it waits for ever',
    patches: [
      {
        file: table,
        find: "{ waitingFor: 'control', waitingSince: heldBack.since }",
        replace: '{}',
      },
    ],
  },
  {
    name: 'the bus refuses an event, and nobody tells it again',
    promise: 'history equals what happened',
    why: 'PutEvents answers 200 with failures inside',
    patches: [
      {
        file: 'src/handlers/publish-events.ts',
        find: 'if (first !== undefined) return { retryFrom: call[first]?.sequenceNumber };',
        replace: '',
      },
    ],
  },
];
