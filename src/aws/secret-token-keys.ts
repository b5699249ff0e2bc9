import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { InstallationError } from '../core/errors.ts';
import type { TokenKey, TokenKeys } from '../ports.ts';

/** For so long a key that was read is used without another look, in seconds. */
const KNOWN_FOR_SECONDS = 300;
/** Whoever sends tokens with names of keys that nobody has makes us look again at most this often, in seconds. */
const LOOKED_FOR_EVERY_SECONDS = 10;
/** What HS256 asks for. */
const SHORTEST_SECRET_BYTES = 32;

/**
 * Keys as the versions of one secret in Secrets Manager: a new version (`put-secret-value`) signs from then on, and the one
 * before it verifies until the next, which is longer than a token lives. That is what the labels AWSCURRENT and AWSPREVIOUS
 * are for: https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
 */
export class SecretTokenKeys implements TokenKeys {
  private readonly client: SecretsManagerClient;
  private readonly secretId: string;
  private readonly clock: { now(): number };
  private known: { keys: TokenKey[]; at: number } | undefined;

  constructor(client: SecretsManagerClient, secretId: string, clock: { now(): number }) {
    this.client = client;
    this.secretId = secretId;
    this.clock = clock;
  }

  async read(fresh = false): Promise<TokenKey[]> {
    const age = this.known ? this.clock.now() - this.known.at : Number.POSITIVE_INFINITY;
    if (this.known && age < (fresh ? LOOKED_FOR_EVERY_SECONDS : KNOWN_FOR_SECONDS)) return this.known.keys;
    const [current, previous] = await Promise.all([this.version('AWSCURRENT'), this.version('AWSPREVIOUS')]);
    if (current === undefined)
      throw new InstallationError(
        `the secret ${this.secretId} has no value, expected a random text of 32 characters or more`,
      );
    const keys = previous === undefined ? [current] : [current, previous];
    this.known = { keys, at: this.clock.now() };
    return keys;
  }

  private async version(stage: string): Promise<TokenKey | undefined> {
    try {
      const command = new GetSecretValueCommand({ SecretId: this.secretId, VersionStage: stage });
      const { SecretString = '', VersionId = '' } = await this.client.send(command);
      const secret = new TextEncoder().encode(SecretString);
      if (secret.length >= SHORTEST_SECRET_BYTES) return { id: VersionId, secret };
      throw new InstallationError(
        `the secret ${this.secretId} (${stage}) has ${secret.length} bytes, expected ${SHORTEST_SECRET_BYTES} or more`,
      );
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }
}
