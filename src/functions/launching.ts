import type { Clients } from '../aws/clients.ts';
import { SecretTokenKeys } from '../aws/secret-token-keys.ts';
import type { ConfigurationParts, PartName } from '../core/configuration-parts.ts';
import type { Clock } from '../ports.ts';
import { JoseTokens } from '../tokens/jose-tokens.ts';

/** What a container is told when it starts, beside what `CONTAINERS` and `WORKSPACES` have. */
export const LAUNCHING = ['tokens', 'region', 'apiUrl'] as const satisfies readonly PartName[];

/** The tokens of workspaces: minted when a container starts, verified when it reports. */
export function tokensOf(
  { tokens }: Pick<ConfigurationParts, 'tokens'>,
  { secrets }: Pick<Clients, 'secrets'>,
  clock: Pick<Clock, 'now'>,
): JoseTokens {
  return new JoseTokens(new SecretTokenKeys(secrets, tokens.secretId, clock), tokens.lifeSeconds);
}
