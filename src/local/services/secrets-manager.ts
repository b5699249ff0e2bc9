import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { DurableMap } from '../storage/durable-map.ts';
import type { LocalClock } from '../time/clock.ts';
import { arnOf } from './arn.ts';
import { jsonService, operationsRejecting } from './operations.ts';
import { AwsError, type Service } from './wire.ts';

interface Version {
  id: string;
  value: string;
  /** Epoch seconds of the fleet's clock. */
  createdAt: number;
}

/** Of one secret the version that counts, and the one before it. */
interface Secret {
  AWSCURRENT: Version;
  AWSPREVIOUS?: Version | undefined;
}

export interface SecretsManager {
  readonly service: Service;
  /** Makes a secret of random text, unless there is one of that name. */
  ensure(name: string): void;
  close(): void;
}

const operation = operationsRejecting((message) => new AwsError('InvalidParameterException', 400, message));

/** Secrets Manager, as far as reading a secret and putting a new version of it. The file is only for who runs the stack. */
export function createSecretsManager(dataDirectory: string, clock: Pick<LocalClock, 'now'>): SecretsManager {
  const secrets = new DurableMap<Secret>(join(dataDirectory, 'secrets.jsonl'));
  const nameOf = (id: string) => id.replace(/^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:/, '');

  const found = (id: string) => {
    const secret = secrets.get(nameOf(id));
    if (secret) return secret;
    throw new AwsError('ResourceNotFoundException', 400, "Secrets Manager can't find the specified secret.");
  };

  const get = operation(
    z.strictObject({
      SecretId: z.string().min(1),
      VersionStage: z.enum(['AWSCURRENT', 'AWSPREVIOUS']).default('AWSCURRENT'),
    }),
    ({ SecretId, VersionStage }) => {
      const version = found(SecretId)[VersionStage];
      if (!version) {
        const message = `Secrets Manager can't find the specified secret value for staging label: ${VersionStage}`;
        throw new AwsError('ResourceNotFoundException', 400, message);
      }
      return {
        ...described(SecretId),
        VersionId: version.id,
        SecretString: version.value,
        VersionStages: [VersionStage],
        CreatedDate: version.createdAt,
      };
    },
  );

  const put = operation(
    z.strictObject({
      SecretId: z.string().min(1),
      SecretString: z.string().min(1),
      ClientRequestToken: z.string().optional(),
    }),
    ({ SecretId, SecretString }) => {
      const { AWSCURRENT } = found(SecretId);
      const next = versionOf(SecretString, clock.now());
      secrets.set(nameOf(SecretId), { AWSCURRENT: next, AWSPREVIOUS: AWSCURRENT });
      return { ...described(SecretId), VersionId: next.id, VersionStages: ['AWSCURRENT'] };
    },
  );

  const described = (id: string) => ({
    ARN: arnOf('secretsmanager', `secret:${nameOf(id)}`),
    Name: nameOf(id),
  });

  return {
    service: jsonService('Secrets Manager', { GetSecretValue: get, PutSecretValue: put }),
    ensure: (name) => {
      const value = randomBytes(48).toString('base64url');
      if (!secrets.has(name)) secrets.set(name, { AWSCURRENT: versionOf(value, clock.now()) });
    },
    close: () => secrets.close(),
  };
}

function versionOf(value: string, createdAt: number): Version {
  return { id: randomUUID(), value, createdAt };
}
