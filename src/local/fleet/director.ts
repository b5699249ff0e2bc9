import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import Stripe from 'stripe';
import { controlTableOf, workspacesOf } from '../../aws/configured-tables.ts';
import { DynamoDBAccounts } from '../../aws/dynamodb-accounts.ts';
import { toItem } from '../../aws/update-expression.ts';
import { BadInputError } from '../../core/errors.ts';
import { type ChangeControlPorts, type ControlChange, changeControl } from '../../handlers/change-control.ts';
import { extendWorkspace, holdWorkspace, type KeepPorts } from '../../handlers/keep-workspace.ts';
import type { Stack } from '../stack.ts';
import { DurableMap } from '../storage/durable-map.ts';
import { bill, post } from './outside.ts';
import { END_SECONDS, SCENES, type Scene } from './script.ts';

/**
 * Plays the script of the sample fleet from outside, as billing, launchers, containers and operators would: over
 * HTTP and the AWS endpoint. What has been played is kept on disk, and every scene may be played twice, so a stack
 * that was killed goes on where it was.
 */
export class Director {
  /** When the fleet began, epoch seconds. */
  readonly start: number;
  /** How often the stack was killed in the fleet's life, as far as it left no word of its end. */
  readonly kills: number;
  private readonly stack: Stack;
  private readonly progress: DurableMap<number>;
  private readonly onScene: (scene: Scene) => void;
  private readonly operator: KeepPorts & ChangeControlPorts;

  constructor(stack: Stack, dataDirectory: string, onScene: (scene: Scene) => void) {
    this.stack = stack;
    this.onScene = onScene;
    this.operator = operatorPorts(stack);
    this.progress = new DurableMap(join(dataDirectory, 'sample-fleet.jsonl'));
    const start = this.progress.get('start') ?? Math.ceil(stack.clock.now());
    this.progress.set('start', start);
    this.start = start;
    this.kills = (this.progress.get('kills') ?? 0) + (this.progress.get('running') ?? 0);
    this.progress.set('kills', this.kills);
    this.progress.set('running', 1);
  }

  /** Sets an alarm for each moment of the script that has not been played. Resolves when the fleet has come to its end. */
  play(): Promise<void> {
    const moments = new Map<number, [number, Scene][]>();
    for (const [index, scene] of SCENES.entries())
      moments.set(scene.at, [...(moments.get(scene.at) ?? []), [index, scene]]);
    return new Promise((resolve, reject) => {
      for (const [at, scenes] of moments) {
        this.stack.clock.wakeAt(this.start + at, () => {
          this.stack.inFlight.during(() => this.playAll(scenes)).catch(reject);
        });
      }
      this.stack.clock.wakeAt(this.start + END_SECONDS, resolve);
    });
  }

  /** Somebody has changed the fleet by hand: from now on it need not be as the script says. */
  noteIntervention(): void {
    this.progress.set('interventions', this.interventions + 1);
  }

  get interventions(): number {
    return this.progress.get('interventions') ?? 0;
  }

  close(): void {
    this.progress.set('running', 0);
    this.progress.close();
  }

  private async playAll(scenes: [number, Scene][]): Promise<void> {
    for (const [index, scene] of scenes) {
      const key = `scene ${index}`;
      if (this.progress.get(key) !== undefined) continue;
      this.onScene(scene);
      await this.playScene(scene);
      this.progress.set(key, this.stack.clock.now());
    }
  }

  private playScene(scene: Scene): Promise<unknown> {
    const at = this.start + scene.at;
    switch (scene.kind) {
      case 'billing':
        return this.bill(at, scene);
      case 'stripe':
        return this.billWithStripe(this.start + scene.created, scene);
      case 'provision':
        return this.post(
          '/workspaces',
          JSON.stringify({ ...keyOf(scene.workspace), retentionDays: scene.retentionDays, start: true }),
        );
      case 'activity':
        return this.post(
          '/workspaces/activity',
          JSON.stringify({ ...keyOf(scene.workspace), lastActivity: at }),
        );
      case 'resume':
        return this.resume(scene.workspace);
      case 'hold':
        return holdWorkspace(keyOf(scene.workspace), this.keeping(scene), this.operator);
      case 'extend': {
        const { policy } = this.stack.configuration;
        return extendWorkspace(keyOf(scene.workspace), this.keeping(scene), policy, this.operator);
      }
      case 'control':
        return this.changeControl(scene.change);
      case 'broken-row':
        return this.putBrokenRow(scene.workspace, at);
    }
  }

  private bill(at: number, { clientId, status, tier }: Extract<Scene, { kind: 'billing' }>): Promise<void> {
    return bill(
      this.stack,
      { at, clientId, status, tier, id: `msg_${clientId}_${at}` },
      this.sentBefore(409),
    );
  }

  private billWithStripe(created: number, scene: Extract<Scene, { kind: 'stripe' }>): Promise<void> {
    const deleted = scene.status === 'deleted';
    const body = JSON.stringify({
      id: `evt_${scene.subscription}_${created}`,
      object: 'event',
      type: deleted ? 'customer.subscription.deleted' : 'customer.subscription.updated',
      created,
      data: {
        object: {
          id: scene.subscription,
          customer: `cus_${scene.clientId}`,
          status: deleted ? 'canceled' : scene.status,
          metadata: { clientId: scene.clientId, tier: scene.tier },
        },
      },
    });
    const secret = this.stack.configuration.stripeWebhookSecret ?? '';
    const header = Stripe.webhooks.generateTestHeaderString({ payload: body, secret });
    return this.post('/billing/stripe', body, { 'stripe-signature': header }, this.sentBefore(409));
  }

  /** Sent again after a kill it may find its first sending at work: then the wake-up of that one's lease ends it. */
  private async resume(workspace: string): Promise<void> {
    const path = `/workspaces/${workspace}/resume`;
    await this.post(path, JSON.stringify({ start: true }), {}, this.sentBefore(423));
  }

  /**
   * What a request is answered that a stack sent before it was killed. A webhook that is sent again within the same
   * second has the same signature, too.
   */
  private sentBefore(status: number): number | undefined {
    return this.kills > 0 ? status : undefined;
  }

  private post(
    path: string,
    body: string,
    headers: Record<string, string> = {},
    accepted?: number,
  ): Promise<void> {
    return post(this.stack, path, body, headers, accepted);
  }

  private keeping({ until, reason }: Extract<Scene, { kind: 'hold' | 'extend' }>) {
    return { until: this.start + until, reason, by: 'operator' };
  }

  /** A pause that a stack ended before it was killed has ended. */
  private async changeControl(change: ControlChange): Promise<void> {
    try {
      await changeControl(change, 'operator', this.operator);
    } catch (error) {
      if (!(error instanceof BadInputError && error.status === this.sentBefore(409))) throw error;
    }
  }

  private putBrokenRow(workspace: string, at: number): Promise<unknown> {
    const row = {
      ...keyOf(workspace),
      subscriptionStatus: 'active',
      subscriptionTier: 'free',
      lastActivity: at * 1_000,
      containerStatus: 'active',
    };
    return this.stack.clients.dynamodb.send(
      new PutItemCommand({ TableName: this.stack.configuration.workspaceStatusTable, Item: toItem(row) }),
    );
  }
}

/** What an operator works with, beside the functions. */
function operatorPorts({ clients, configuration, clock }: Stack): KeepPorts & ChangeControlPorts {
  return {
    workspaces: workspacesOf(configuration, clients),
    control: controlTableOf(configuration, clients),
    accounts: new DynamoDBAccounts(clients.dynamodb, configuration.clientAccountsTable),
    clock,
    // The history tells it.
    observer: { info: () => {}, warn: () => {}, error: () => {}, count: () => {} },
  };
}

function keyOf(workspace: string): { clientId: string; userId: string } {
  const [clientId = '', userId = ''] = workspace.split('/');
  return { clientId, userId };
}
