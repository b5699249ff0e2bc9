import { type ControlChange, changeControl } from '../../../src/handlers/change-control.ts';
import { extendWorkspace, holdWorkspace, releaseWorkspace } from '../../../src/handlers/keep-workspace.ts';
import { requestLoss, requestReturn } from '../../../src/handlers/request-loss.ts';
import type { Item } from '../../support/memory/table.ts';
import type { World } from '../world.ts';
import { Requests } from './requests.ts';
import { type Deed, keyOf } from './story.ts';

const HOUR = 3_600;

/** Plays what operators do in a story. */
export class Operators {
  private readonly world: World;
  private readonly requests: Requests;

  constructor(world: World) {
    this.world = world;
    this.requests = new Requests(world);
  }

  play(deed: Deed, label: string): void {
    if ('who' in deed) this.keep(deed, label);
    else if (deed.what === 'spoil-control') this.writeControl({ enforcement: 'maybe' });
    else if (deed.what === 'mend-control') this.writeControl({ enforcement: undefined });
    else this.change(changeOf(deed, this.world.story.clients), label);
  }

  /** Nothing holds the system back any more. */
  clear(): void {
    const { limits } = this.world.control.item ?? {};
    this.writeControl({
      enforcement: 'enforce',
      clients: {},
      pause: undefined,
      budgets: { archive: 100, terminate: 100 },
      rollout: undefined,
      limits: typeof limits === 'object' ? limits : undefined,
      revision: 1_000_000,
    });
  }

  /** Around the functions of ours, as whoever edits the item in the console would. */
  private writeControl(change: Item): void {
    const item = { ...this.world.control.item, ...change };
    this.world.control.item = Object.fromEntries(
      Object.entries(item).filter(([, value]) => value !== undefined),
    );
    this.world.see(undefined, 'write control');
  }

  private change(change: ControlChange | undefined, label: string): void {
    if (change)
      this.requests.attempt(`ops ${label}`, undefined, (ports) => changeControl(change, 'ops', ports));
  }

  /** The ends of hold and extension that the row is to have. */
  private endsOf(deed: Deed, until: (hours: number | undefined) => { until?: number }) {
    if (deed.what === 'hold') return { hold: until(deed.hours).until ?? 'open' };
    if (deed.what === 'extend') return { extension: until(deed.hours).until };
    return deed.what === 'release' ? { hold: undefined, extension: undefined } : undefined;
  }

  private keep(deed: Extract<Deed, { who: number }>, label: string): void {
    const key = keyOf(deed.who, this.world.story);
    const name = `ops ${label}`;
    const now = this.world.simulation.now;
    const by = { by: 'ops', reason: 'asked' };
    const until = (hours: number | undefined) =>
      hours === undefined ? {} : { until: Math.floor(now + hours * HOUR) };
    const ends = this.endsOf(deed, until);
    if (ends) this.world.asked.set(name, ends);
    if (deed.what === 'hold')
      this.requests.attempt(name, key, (ports) => holdWorkspace(key, { ...by, ...until(deed.hours) }, ports));
    if (deed.what === 'extend')
      this.requests.attempt(name, key, (ports, policy) =>
        extendWorkspace(key, { ...by, ...until(deed.hours) }, policy, ports),
      );
    if (deed.what === 'request')
      this.requests.attempt(name, key, (ports, policy) =>
        requestLoss(key, { ...by, action: deed.action }, policy, ports),
      );
    if (deed.what === 'give-back')
      this.requests.attempt(name, key, (ports, policy) => requestReturn(key, by, policy, ports));
    if (deed.what === 'release')
      this.requests.attempt(name, key, (ports) => releaseWorkspace(key, by, ports));
  }
}

function changeOf(deed: Deed, clients: readonly string[]): ControlChange | undefined {
  switch (deed.what) {
    case 'pause':
      return { kind: 'pause', reason: 'a look' };
    case 'unpause':
      return { kind: 'resume' };
    case 'enforcement':
      return {
        kind: 'enforcement',
        enforcement: deed.enforcement,
        ...(deed.client !== undefined && { clientId: clients[deed.client] }),
      };
    case 'budgets':
      return { kind: 'budgets', budgets: { archive: deed.archive, terminate: deed.terminate } };
    default:
      return undefined;
  }
}
