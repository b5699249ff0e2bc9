import { posix } from 'node:path';
import fc from 'fast-check';
import { familyOf, keyOfFamily } from '../../src/aws/ecs-revision.ts';
import { idSchema, keyOfReference, workspacePath, workspaceReference } from '../../src/core/workspace-key.ts';

const RUNS = { numRuns: 10_000 };
const ids = fc
  .stringMatching(/^[A-Za-z0-9_](?:[A-Za-z0-9_.@+=:-]{0,12}[A-Za-z0-9_@+=:-])?$/)
  .filter((id) => idSchema.safeParse(id).success);
const keys = fc.record({ clientId: ids, userId: ids });

test('a reference always leads back to its workspace, so that no two ever share one', () => {
  fc.assert(
    fc.property(keys, (key) => {
      const reference = workspaceReference(key);
      expect(reference).toMatch(/^[A-Za-z0-9_-]+\/[A-Za-z0-9_-]+$/);
      expect(keyOfReference(reference)).toEqual(key);
      expect(keyOfFamily(familyOf(key))).toEqual(key);
    }),
    RUNS,
  );
});

test('a home always lies right below the folder of its client', () => {
  fc.assert(
    fc.property(keys, (key) => {
      const path = workspacePath(key);
      expect(posix.normalize(path)).toBe(path);
      expect(path.split('/')).toEqual(['', 'workspace', key.clientId, key.userId]);
    }),
    RUNS,
  );
});

test('no text that is an id ever holds more than the closed set of characters', () => {
  // Mostly what is nearly an id, so that the few forbidden combinations come up.
  const unit = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom('a', '_', '-', '.') },
    { weight: 1, arbitrary: fc.constantFrom('/', '\\', '\0', '\n', '%', 'é', '🦊') },
  );
  const texts = fc.string({ unit });
  fc.assert(
    fc.property(texts, (text) => {
      if (!idSchema.safeParse(text).success) return;
      expect(text).toMatch(/^[a._-]+$/);
      expect(text).not.toMatch(/\.\.|\.$|^[.-]/);
    }),
    RUNS,
  );
});

test('what is no reference of ours leads to no workspace', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z_0-9]{0,6}\/?[a-z_0-9]{0,6}$/)), (text) => {
      const key = keyOfReference(text);
      if (key !== undefined) expect(workspaceReference(key)).toBe(text);
    }),
    RUNS,
  );
});
