import { ResourceNotFoundException, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SecretTokenKeys } from '../../../src/aws/secret-token-keys.ts';
import { InstallationError } from '../../../src/core/errors.ts';

/** Secrets Manager with one secret, whose versions a test puts. */
class Secrets {
  now = 1_000;
  versions: Record<string, string> = { AWSCURRENT: 'one: at least thirty-two characters' };
  readonly asked: string[] = [];
  readonly keys = new SecretTokenKeys(
    {
      send: async ({ input }: { input: { VersionStage: string } }) => {
        this.asked.push(input.VersionStage);
        const value = this.versions[input.VersionStage];
        if (value === undefined) throw new ResourceNotFoundException({ message: '', $metadata: {} });
        return { SecretString: value, VersionId: `id of ${value.split(':')[0]}` };
      },
    } as unknown as SecretsManagerClient,
    'tokens',
    { now: () => this.now },
  );

  put(value: string): void {
    this.versions = { AWSCURRENT: value, AWSPREVIOUS: this.versions.AWSCURRENT ?? '' };
  }

  ids = async (fresh?: boolean) => (await this.keys.read(fresh)).map(({ id }) => id);
}

test('the version that counts, then the one before it', async () => {
  const secrets = new Secrets();
  expect(await secrets.ids()).toEqual(['id of one']);
  secrets.put('two: at least thirty-two characters');
  secrets.now += 300;
  expect(await secrets.ids()).toEqual(['id of two', 'id of one']);
});

test('what was read is good for five minutes, and for ten seconds where something is not known', async () => {
  const secrets = new Secrets();
  await secrets.ids();
  secrets.put('two: at least thirty-two characters');
  secrets.now += 9;
  expect(await secrets.ids(true)).toEqual(['id of one']);
  secrets.now += 1;
  expect(await secrets.ids()).toEqual(['id of one']);
  expect(secrets.asked).toHaveLength(2);
  expect(await secrets.ids(true)).toEqual(['id of two', 'id of one']);
});

test.each([
  ['no value', undefined, /the secret tokens has no value/],
  ['a short one', 'short', /the secret tokens \(AWSCURRENT\) has 5 bytes, expected 32 or more/],
])('%s is for an operator to mend', async (_, value, message) => {
  const secrets = new Secrets();
  secrets.versions = value === undefined ? {} : { AWSCURRENT: value };
  const reading = secrets.keys.read();
  await expect(reading).rejects.toThrow(InstallationError);
  await expect(reading).rejects.toThrow(message);
});
