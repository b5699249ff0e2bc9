import { controlContracts } from '../../support/control-contracts.ts';
import { MemoryWorld } from '../../support/memory-world.ts';
import { portContracts } from '../../support/port-contracts.ts';

describe('the tables in memory', () => {
  portContracts(async () => {
    const { workspaces, accounts, rows, accountItems, history } = new MemoryWorld();
    return {
      workspaces,
      accounts,
      putRow: async (row) => rows.put(row),
      readAccount: async (clientId) => accountItems.get({ clientId }),
      history: async () => history.entries,
    };
  });

  controlContracts(async () => {
    const { control, budgets, history } = new MemoryWorld();
    control.item = undefined;
    return { control, budgets, history: async () => history.entries };
  });
});
