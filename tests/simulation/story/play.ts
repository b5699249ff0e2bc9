import { showKey } from '../../../src/core/workspace-key.ts';
import { activity } from '../../../src/handlers/activity.ts';
import { billingWebhook } from '../../../src/handlers/billing-event.ts';
import { provision } from '../../../src/handlers/provision.ts';
import { resume } from '../../../src/handlers/resume.ts';
import type { World } from '../world.ts';
import { Operators } from './operators.ts';
import { Requests } from './requests.ts';
import { type Deed, keyOf, type TimedDeed } from './story.ts';

const HOUR = 3_600;
/** Plays what people and programs do in a story. */
export class Play {
  private readonly world: World;
  private readonly requests: Requests;
  private readonly operators: Operators;
  /** What stood there before somebody wrote nonsense, by workspace. */
  private readonly spoiled = new Map<number, { attribute: string; nonsense: unknown; before: unknown }[]>();

  constructor(world: World) {
    this.world = world;
    this.requests = new Requests(world);
    this.operators = new Operators(world);
  }

  /** Plans everything. */
  begin(): void {
    const { deeds, start } = this.world.story;
    for (const deed of deeds) this.world.simulation.at(start + deed.after, () => this.play(deed));
  }

  /** Everything that people have put in the way is cleared: from now on only the rules decide. */
  clear(): void {
    this.world.story.workspaces.forEach((_, who) => void this.mend(who));
    this.operators.clear();
  }

  private play(deed: TimedDeed): void {
    const { world } = this;
    const { after: _, name: label, what, ...rest } = deed;
    world.note('somebody', `${what} ${JSON.stringify(rest)}`);
    switch (deed.what) {
      case 'bill':
        this.bill(deed, label);
        break;
      case 'provision':
        this.provision(deed, label);
        break;
      case 'use':
        this.use(deed, label);
        break;
      case 'status':
        this.report(deed.who, { containerStatus: deed.status }, label);
        break;
      case 'return':
        this.comeBack(deed, label);
        break;
      case 'end-task':
        for (const task of world.tasks.running(keyOf(deed.who, this.world.story)).slice(0, 1))
          world.tasks.end(task);
        break;
      case 'spoil':
        this.spoil(deed.who, deed.attribute, deed.value);
        break;
      case 'mend':
        this.mend(deed.who);
        break;
      case 'point-elsewhere':
        this.pointElsewhere(deed);
        break;
      case 'retention':
        world.write(keyOf(deed.who, this.world.story), { retentionDays: deed.days });
        break;
      case 'stray-wake-up':
        world.accept(deed.payload === undefined ? '' : JSON.stringify(deed.payload));
        break;
      case 'deploy':
        world.deploy(world.story.policies[deed.policy] ?? world.deployment.policy);
        break;
      case 'outage':
        world.outage(deed.of, deed.seconds);
        break;
      case 'lose-schedules':
        world.loseSchedules();
        break;
      default:
        this.operators.play(deed, label);
        break;
    }
  }

  private bill(deed: Extract<Deed, { what: 'bill' }>, label: string): void {
    const { world } = this;
    const { client, status, tier, lateSeconds, times } = deed;
    const clientId = world.story.clients[client] ?? 'acme';
    const timestamp = Math.floor(world.simulation.now - lateSeconds);
    const body = JSON.stringify({
      type: 'subscription.updated',
      timestamp,
      data: { clientId, subscriptionStatus: status, subscriptionTier: tier },
    });
    const chance = world.random.of(label);
    const said = { at: timestamp, status, tier, isKnown: false };
    world.billed.set(clientId, [...(world.billed.get(clientId) ?? []), said]);
    for (let time = 0; time < times; time += 1) {
      const name = `billing ${label} delivery ${time}`;
      const headers = { id: label, delivery: name };
      world.simulation.after(time === 0 ? 0 : chance.between(0, 2 * HOUR), () =>
        this.requests.request(
          name,
          undefined,
          (ports) => {
            const verifier = {
              verify: () => ({ payload: JSON.parse(body), messageId: label, delivery: name }),
            };
            return billingWebhook({ body, headers }, { ...ports, verifier });
          },
          ({ status: answered }) => {
            said.isKnown ||= answered === 200;
          },
        ),
      );
    }
  }

  private provision(
    { who, start, retentionDays }: Extract<Deed, { what: 'provision' }>,
    label: string,
  ): void {
    const key = keyOf(who, this.world.story);
    const body = JSON.stringify({ ...key, start, retentionDays });
    this.requests.request(`provision ${label}`, key, (ports, policy) =>
      provision({ body, headers: {} }, policy, ports),
    );
  }

  private comeBack({ who, start }: Extract<Deed, { what: 'return' }>, label: string): void {
    const key = keyOf(who, this.world.story);
    const at = this.world.simulation.now;
    this.requests.request(
      `resume ${label}`,
      key,
      (ports, policy) =>
        resume({ body: JSON.stringify({ start }), headers: {}, parameters: { ...key } }, policy, ports),
      ({ status }) => {
        if (status === 200) this.world.acknowledge(key, Math.floor(at) - 2);
      },
    );
  }

  private use({ who, agoSeconds, by }: Extract<Deed, { what: 'use' }>, label: string): void {
    const lastActivity = Math.floor(this.world.simulation.now - agoSeconds);
    if (by === 'api') {
      this.report(who, { lastActivity }, label);
      return;
    }
    const key = keyOf(who, this.world.story);
    // Straight to the table, with the condition that the README gives.
    this.requests.attempt(`container ${label}`, key, async ({ workspaces }) => {
      const heartbeat = { key, lastActivity, containerStatus: undefined };
      if ((await workspaces.recordActivity(heartbeat)).recorded) this.world.acknowledge(key, lastActivity);
    });
  }

  private report(
    who: number,
    report: { lastActivity?: number | undefined; containerStatus?: string },
    label: string,
  ): void {
    const key = keyOf(who, this.world.story);
    this.requests.request(
      `activity ${label}`,
      key,
      (ports) => activity({ body: JSON.stringify({ ...key, ...report }), headers: {} }, ports),
      ({ body }) => {
        if (body.recorded === true && report.lastActivity !== undefined)
          this.world.acknowledge(key, report.lastActivity);
      },
    );
  }

  private spoil(who: number, attribute: string, nonsense: unknown): void {
    const row = this.world.rows.get(keyOf(who, this.world.story));
    if (row === undefined) return;
    const known = this.spoiled.get(who) ?? [];
    this.spoiled.set(who, [...known, { attribute, nonsense, before: row[attribute] }]);
    this.world.write(keyOf(who, this.world.story), { [attribute]: nonsense });
  }

  /** Whoever has set it right meanwhile has the last word. */
  private mend(who: number): void {
    const key = keyOf(who, this.world.story);
    for (const { attribute, nonsense, before } of (this.spoiled.get(who) ?? []).reverse()) {
      if (this.world.rows.get(key)?.[attribute] === nonsense) this.world.write(key, { [attribute]: before });
    }
    this.spoiled.delete(who);
  }

  private pointElsewhere({ who, whose, at }: Extract<Deed, { what: 'point-elsewhere' }>): void {
    const other = this.world.rows.get(keyOf(whose, this.world.story));
    const attribute = at === 'task' ? 'taskArn' : 'efsAccessPoint';
    if (other?.[attribute] === undefined) return;
    this.world.misled.add(showKey(keyOf(who, this.world.story)));
    this.world.write(keyOf(who, this.world.story), { [attribute]: other[attribute] });
  }
}
