import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { billingBug } from '../support/billing-bug.ts';
import { startTestStack } from '../support/local-stack.ts';

/** Plays a billing bug over so many workspaces on the local stack, with the budgets of a deployment, and prints what it did. */
export async function benchBillingBug(clients: number, perClient: number): Promise<void> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'workspace-cleanup-bench-'));
  const stack = await startTestStack(dataDirectory);
  const begin = performance.now();
  try {
    const told = await billingBug(stack, clients, perClient, 5);
    const seconds = (performance.now() - begin) / 1_000;
    console.log(
      `${told.workspaces} workspaces of ${clients} clients, idle for 100 days, are cancelled at once:`,
    );
    console.log(`  ${told.notices} notices, ${told.noticedTwice} workspaces with more than one`);
    console.log(`  terminated within 24 h: ${told.withinADay}`);
    console.log(`  then by hour: ${told.beforePause.join(' ')}; paused: ${told.pausedBecause}`);
    console.log(`  during a day of pause: ${told.duringPause}`);
    console.log(
      `  half of the clients are reactivated: ${told.saved} of ${told.toBeSaved} workspaces not done yet are active`,
    );
    console.log(`  resumed, by hour: ${told.afterPause.join(' ')}`);
    console.log(`  terminated in all, of the others: ${told.terminated}`);
    console.log(`  played in ${seconds.toFixed(0)} s`);
  } finally {
    await stack.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}
