import { MemoryWorld } from '../../support/memory-world.ts';
import { portContracts } from '../../support/port-contracts.ts';

describe('the tables in memory', () => {
  portContracts(async () => {
    const { workspaces, accounts, rows, accountItems } = new MemoryWorld();
    return {
      workspaces,
      accounts,
      putRow: async (row) => rows.put(row),
      readAccount: async (clientId) => accountItems.get({ clientId }),
    };
  });
});
