import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { spawnOnLeash } from '../../src/local/processes/leash.ts';

/** Why tests against moto are skipped, e.g. in their names; undefined if it is installed. */
export const motoMissing: string | undefined =
  spawnSync('moto_server', ['--help']).status === 0
    ? undefined
    : 'skipped: moto_server is not installed here';

export interface Moto {
  /** e.g. `http://127.0.0.1:40123`, for every service. */
  readonly url: string;
  /** Ends it, and all that it holds is gone. */
  stop(): Promise<void>;
}

/** moto loads much of itself first, and this machine may be under load. */
const START_LIMIT_MS = 30_000;
const STOP_GRACE_MS = 2_000;

/**
 * Starts moto's server, an independent implementation of the APIs of AWS (https://docs.getmoto.org), on a free port
 * of the loopback interface. Resolves when it answers.
 */
export async function startMoto(): Promise<Moto> {
  const { PATH = '', HOME = '' } = process.env;
  const server = await spawnOnLeash('moto_server', ['-H', '127.0.0.1', '-p', '0'], {
    cwd: process.cwd(),
    // moto would read metadata of an instance for its own credentials.
    env: { PATH, HOME, AWS_EC2_METADATA_DISABLED: 'true' },
  });
  server.stdout.resume();
  const stop = async () => {
    await server.stop({ termGraceMs: STOP_GRACE_MS });
  };
  const limit = new AbortController();
  const tooLate = wait(START_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => undefined);
  const url = await Promise.race([addressSaidOn(server.stderr), tooLate]);
  limit.abort();
  if (url !== undefined) {
    await fetch(`${url}/moto-api/reset`, { method: 'POST' });
    return { url, stop };
  }
  await stop();
  throw new Error(`moto_server has not said where it listens, and had ${START_LIMIT_MS} ms to do so`);
}

/** It says ` * Running on http://127.0.0.1:40123`. What comes after is a log line for each request. */
function addressSaidOn(stderr: NodeJS.ReadableStream): Promise<string | undefined> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: stderr });
    lines.on('line', (line) => {
      const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
    lines.on('close', () => resolve(undefined));
  });
}

/** A subnet: moto takes those that it has, and has some from the beginning. EC2's API needs no client for that much. */
export async function defaultSubnet(url: string, region: string): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=local/20300101/${region}/ec2/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: 'Action=DescribeSubnets&Version=2016-11-15',
  });
  const id = /<subnetId>(subnet-[0-9a-f]+)</.exec(await answer.text())?.[1];
  if (id === undefined) throw new Error(`moto has no subnet: DescribeSubnets answered ${answer.status}`);
  return id;
}

/** A container of moto is never ended by itself: left alone, its tasks come one step nearer to STOPPED at every look. */
export async function letTasksStay(url: string): Promise<void> {
  const stay = { model_name: 'ecs::task', transition: { progression: 'manual', times: 1_000_000 } };
  await fetch(`${url}/moto-api/state-manager/set-transition`, { method: 'POST', body: JSON.stringify(stay) });
}
