import type { World } from '../world.ts';

const ENFORCEMENTS = new Set<unknown>([undefined, 'off', 'observe', 'enforce']);

/** Whether anything may be taken from this client now, as `CleanupControl` has it. Read by hand, not by the product. */
export function mayBeTaken(world: World, clientId: string): boolean {
  const item = (world.control.item ?? {}) as Record<string, unknown>;
  const clients = (item.clients ?? {}) as Record<string, unknown>;
  if (!ENFORCEMENTS.has(item.enforcement) || item.pause !== undefined) return false;
  return (clients[clientId] ?? item.enforcement ?? world.story.safety.enforcement) === 'enforce';
}

/** How many of a loss there may be in an hour, as set, else as the installation says. */
export function budgetNow(world: World, loss: 'archive' | 'terminate'): number {
  const budgets = (world.control.item?.budgets ?? {}) as Partial<Record<'archive' | 'terminate', number>>;
  return budgets[loss] ?? world.story.safety.budgets[loss];
}
