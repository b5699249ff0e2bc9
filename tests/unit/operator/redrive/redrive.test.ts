import type { Letter, StreamBatch } from '../../../../src/operator/redrive/letters.ts';
import {
  type LetterBox,
  type Messenger,
  type Redriven,
  redrive,
} from '../../../../src/operator/redrive/redrive.ts';
import { lineOf } from '../../../../src/operator/redrive/run-redrive.ts';
import { NOW } from '../../../support/rows.ts';

/** A queue in memory: what was received is hidden until it is put back. */
class MemoryBox implements LetterBox {
  readonly kind = 'queue';
  readonly name = 'letters';
  readonly hidden = new Set<string>();
  readonly letters: Letter[];
  constructor(letters: Letter[]) {
    this.letters = letters;
  }
  async count() {
    return { there: this.letters.length - this.hidden.size, hidden: this.hidden.size };
  }
  async receive() {
    const some = this.letters.filter(({ id }) => !this.hidden.has(id)).slice(0, 3);
    for (const { id } of some) this.hidden.add(id);
    return some;
  }
  async putBack({ id }: Letter) {
    this.hidden.delete(id);
  }
  async remove(letter: Letter) {
    this.letters.splice(this.letters.indexOf(letter), 1);
    this.hidden.delete(letter.id);
  }
}

const letter = (id: string, body: unknown): Letter => ({
  id,
  body: JSON.stringify(body),
  attributes: {},
  at: NOW,
});
const wakeUps = (count: number) =>
  Array.from({ length: count }, (_, index) => letter(`m${index}`, { clientId: 'acme', userId: `u${index}` }));

function world(letters: Letter[], changes: Partial<Messenger> = {}) {
  const done: string[] = [];
  const told: Redriven[] = [];
  const box = new MemoryBox(letters);
  let paces = 0;
  const messenger: Messenger = {
    wake: async ({ key }) => void done.push(`wake ${key.userId}`),
    invoke: async ({ functionName }) => void done.push(`invoke ${functionName}`),
    recordsOf: async () => undefined,
    ...changes,
  };
  const run = (kind: 'stream' | 'deadline' | 'schedule', send: boolean, limit = 1_000) => {
    const pace = async () => {
      paces += 1;
    };
    return redrive(kind, 'prod', { send, limit }, { box, messenger, pace }, (one) => told.push(one));
  };
  return { box, done, told, run, paces: () => paces };
}

test('without --send everything is shown, and lies there as before', async () => {
  const { box, done, told, run } = world(wakeUps(7));
  expect(await run('schedule', false)).toEqual({ handled: 7, kept: 0 });
  expect(told.map(({ about, outcome }) => `${outcome} ${about}`)).toEqual(
    Array.from({ length: 7 }, (_, index) => `seen acme/u${index}`),
  );
  expect(done).toEqual([]);
  expect(await box.count()).toEqual({ there: 7, hidden: 0 });
});

test('with --send each is done, at its pace, and is taken away then', async () => {
  const { box, done, run, paces } = world(wakeUps(7));
  expect(await run('schedule', true)).toEqual({ handled: 7, kept: 0 });
  expect(done).toHaveLength(7);
  expect(paces()).toBe(7);
  expect(await box.count()).toEqual({ there: 0, hidden: 0 });
  expect(await run('schedule', true)).toEqual({ handled: 0, kept: 0 });
});

test('what is not understood stays and is named; the others go', async () => {
  const letters = [letter('a', 'nonsense'), ...wakeUps(3), letter('b', { clientId: 'acme' })];
  const { box, told, run } = world(letters);
  expect(await run('schedule', true)).toEqual({ handled: 3, kept: 2 });
  expect(box.letters.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(await box.count()).toEqual({ there: 2, hidden: 0 });
  expect(told.filter(({ outcome }) => outcome === 'kept').map(({ problem }) => problem)).toEqual([
    'its payload names no workspace: "nonsense"',
    'its payload names no workspace: {"clientId":"acme"}',
  ]);
});

test('what nobody takes stays, and nothing is taken away before it is handed over', async () => {
  const order: string[] = [];
  const { box, told, run } = world(wakeUps(2), {
    wake: async ({ key }) => {
      order.push(key.userId);
      if (key.userId === 'u0') throw new Error('Lambda is busy');
      expect(box.letters.map(({ id }) => id)).toContain('m1');
    },
  });
  expect(await run('schedule', true)).toEqual({ handled: 1, kept: 1 });
  expect(order).toEqual(['u0', 'u1']);
  expect(box.letters.map(({ id }) => id)).toEqual(['m0']);
  expect(told[0]).toMatchObject({ outcome: 'kept', problem: 'Lambda is busy', about: ['acme/u0'] });
});

test('a crash of the command leaves what is not taken away', async () => {
  const { box, run } = world(wakeUps(5));
  let calls = 0;
  const remove = box.remove.bind(box);
  box.remove = async (one) => {
    calls += 1;
    if (calls === 2) throw new Error('SQS is gone');
    await remove(one);
  };
  expect(await run('schedule', true)).toEqual({ handled: 4, kept: 1 });
  expect(box.letters.map(({ id }) => id)).toEqual(['m1']);
});

test('no more than the limit are looked at', async () => {
  const { box, run } = world(wakeUps(9));
  expect(await run('schedule', true, 3)).toEqual({ handled: 3, kept: 0 });
  expect(box.letters).toHaveLength(6);
});

describe('a letter that only names its records', () => {
  const named = letter('a', {
    requestContext: {
      functionArn:
        'arn:aws:lambda:eu-central-1:123456789012:function:workspace-cleanup-prod-workspaceChanged',
    },
    DDBStreamBatchInfo: {
      shardId: 's',
      startSequenceNumber: '1',
      endSequenceNumber: '2',
      batchSize: 2,
      streamArn: 'arn:aws:dynamodb:eu-central-1:123456789012:table/W/stream/t',
    },
  });

  test('wakes what its records name, as long as the stream has them', async () => {
    const asked: StreamBatch[] = [];
    const { done, box, run } = world([named], {
      recordsOf: async (batch) => {
        asked.push(batch);
        return { Records: [{ dynamodb: { Keys: { clientId: { S: 'acme' }, userId: { S: 'ada' } } } }] };
      },
    });
    expect(await run('stream', true)).toEqual({ handled: 1, kept: 0 });
    expect(asked).toMatchObject([{ shardId: 's', startSequenceNumber: '1', endSequenceNumber: '2' }]);
    expect(done).toEqual(['wake ada']);
    expect(box.letters).toEqual([]);
  });

  test('stays when they are gone, and says what finds them', async () => {
    const { told, box, run } = world([named]);
    expect(await run('stream', true)).toEqual({ handled: 0, kept: 1 });
    expect(told[0]?.problem).toContain('workspacectl reconcile');
    expect(box.letters).toHaveLength(1);
  });
});

test('a line for a person has no word of others that could do something to a terminal', () => {
  const redriven: Redriven = {
    id: '1',
    at: NOW,
    about: ['acme/ada'],
    why: 'failed\u001b[2J\nwith a line',
    outcome: 'sent',
  };
  expect(lineOf(redriven)).toBe('2027-01-15T08:00:00Z  sent  acme/ada: failed [2J with a line');
});
