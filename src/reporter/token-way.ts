import type { Sent, Way } from './delivery.ts';
import type { Report } from './session.ts';
import type { Time } from './time.ts';
import { lifeOf } from './token-claims.ts';

export interface TokenWayOptions {
  /** Of the HTTP API, e.g. `https://abc123.execute-api.eu-central-1.amazonaws.com`. */
  url: string;
  token: string;
  /** ARN of the task that this is, if it is known. */
  taskArn?: string | undefined;
  time: Time;
  /** Told of each new token, so that whoever starts again finds it. */
  onToken?(token: string): void;
  fetch?: typeof fetch;
}

/** A call that has not answered by then is given up, in milliseconds. */
const TIMEOUT_MS = 10_000;
/** How often the clock is looked at, in milliseconds. */
const LOOK_AGAIN_MS = 10 * 60_000;
/** Whoever was not given a new token asks again after this, in milliseconds. */
const ASK_AGAIN_MS = 60_000;

/**
 * `POST /activity` with the workspace's token. A report in the second half of a token's life brings a new one; while there is
 * nothing to report, it asks for one when half of the life has passed.
 */
export class TokenWay implements Way {
  private readonly options: TokenWayOptions;
  private token: string;
  private cancelRenewal: (() => void) | undefined;

  constructor(options: TokenWayOptions) {
    this.options = options;
    this.token = options.token;
    this.planRenewal();
  }

  send(report: Report): Promise<Sent> {
    const { taskArn } = this.options;
    return this.post({ ...report, ...(taskArn !== undefined && { taskArn }) });
  }

  close(): void {
    this.cancelRenewal?.();
  }

  private async post(body: object): Promise<Sent> {
    const { url, fetch: call = fetch } = this.options;
    const response = await call(`${url.replace(/\/$/, '')}/activity`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
    });
    const answer = (await response.json().catch(() => ({}))) as { token?: unknown; error?: unknown };
    if (response.ok) {
      if (typeof answer.token === 'string') this.renew(answer.token);
      return { kind: 'taken' };
    }
    const reason = `${url} answers ${response.status}: ${String(answer.error ?? 'no reason given')}`;
    // All else may come right: a key that was just made, a workspace that is being given back, a proxy that was in the way.
    if (response.status === 400 || response.status === 413) return { kind: 'refused', reason };
    return { kind: 'later', reason, afterSeconds: secondsOf(response.headers.get('retry-after')) };
  }

  private renew(token: string): void {
    this.token = token;
    this.options.onToken?.(token);
    this.planRenewal();
  }

  /** Looks at the clock now and then: a timer stands still while the machine sleeps. */
  private planRenewal(): void {
    this.cancelRenewal?.();
    const life = lifeOf(this.token);
    if (life === undefined) return;
    const { time } = this.options;
    const half = (life.issuedAt + (life.expiresAt - life.issuedAt) / 2) * 1_000;
    const wait = Math.min(Math.max(half - time.now(), ASK_AGAIN_MS), LOOK_AGAIN_MS);
    this.cancelRenewal = time.after(wait, () => {
      if (time.now() >= half) void this.askForToken();
      else this.planRenewal();
    });
  }

  private async askForToken(): Promise<void> {
    await this.post({ renew: true }).catch(() => undefined);
    this.planRenewal();
  }
}

function secondsOf(header: string | null): number | undefined {
  return header !== null && /^\d{1,5}$/.test(header) ? Number(header) : undefined;
}
